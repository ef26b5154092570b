//! Resolving a name, judging every address, and dialling the very address that was judged.

use std::fmt;
use std::sync::Arc;

use ipnet::IpNet;
use plimsoll::job::JobError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto, pki_types::ServerName};
use url::{Host, Url};

use super::address::may_call;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How `https` is spoken: Mozilla's roots, TLS 1.2 and 1.3.
#[derive(Clone)]
pub(super) struct Tls {
    connector: Option<TlsConnector>,
}

impl Tls {
    pub(super) fn new() -> Self {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let config =
            ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
        Self {
            connector: config
                .ok()
                .map(|config| TlsConnector::from(Arc::new(config))),
        }
    }

    async fn wrap(
        &self,
        host: &Host<&str>,
        stream: TcpStream,
    ) -> Result<Box<dyn Stream>, JobError> {
        let connector = self
            .connector
            .as_ref()
            .ok_or_else(|| JobError::permanent("TLS is not available"))?;
        let name = match host {
            Host::Domain(name) => {
                ServerName::try_from((*name).to_owned()).map_err(JobError::permanent)?
            }
            Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
        };
        Ok(Box::new(
            connector
                .connect(name, stream)
                .await
                .map_err(JobError::failed)?,
        ))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// Connects to the URL's host. A name that has any address a webhook may not call is refused as a whole: such names
/// exist to be resolved twice.
pub(super) async fn dial(
    url: &Url,
    allowed: &[IpNet],
    tls: &Tls,
) -> Result<Box<dyn Stream>, JobError> {
    let host = url
        .host()
        .ok_or_else(|| JobError::permanent("payload.url has no host"))?;
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses: Vec<_> = match host {
        Host::Domain(name) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|error| JobError::failed(format!("the name cannot be resolved: {error}")))?
            .collect(),
        Host::Ipv4(address) => vec![(address, port).into()],
        Host::Ipv6(address) => vec![(address, port).into()],
    };
    if addresses
        .iter()
        .any(|address| !may_call(address.ip(), allowed))
    {
        return Err(JobError::permanent(
            "payload.url leads to an address that is not public",
        ));
    }
    let mut last = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) if url.scheme() == "https" => return tls.wrap(&host, stream).await,
            Ok(stream) => return Ok(Box::new(stream)),
            Err(error) => last = Some(error),
        }
    }
    Err(JobError::failed(match last {
        Some(error) => format!("no connection: {error}"),
        None => "the name has no address".to_owned(),
    }))
}
