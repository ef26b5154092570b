//! Resolving a name, judging every address, and dialling the very address that was judged.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use plimsoll::job::JobError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::{Host, Url};

use super::address::may_call;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How long one address may take to answer: a name has several, and the first may be dead.
const CONNECT: Duration = Duration::from_secs(3);
/// How long the agreement on a key may take after that.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// How `https` is spoken: Mozilla's roots and those of the operator, TLS 1.2 and 1.3.
#[derive(Clone)]
pub struct Tls {
    connector: Option<TlsConnector>,
}

/// A file that holds no certificates to trust.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used: {cause}; give a PEM file of certificates", path.display())]
pub struct AuthorityError {
    path: PathBuf,
    cause: String,
}

impl Tls {
    /// Trusts the public authorities, and those in the PEM file at `further`.
    ///
    /// # Errors
    /// [`AuthorityError`] if the file cannot be read or holds no certificate.
    pub fn new(further: Option<&Path>) -> Result<Self, AuthorityError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = further {
            let wrong = |cause: String| AuthorityError {
                path: path.to_owned(),
                cause,
            };
            let before = roots.len();
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|error| wrong(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(wrong("it holds no certificate".to_owned()));
            }
        }
        let config =
            ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
        Ok(Self {
            connector: config
                .ok()
                .map(|config| TlsConnector::from(Arc::new(config))),
        })
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
        let handshake = timeout(HANDSHAKE, connector.connect(name, stream)).await;
        let stream = handshake.map_err(|_| JobError::failed("no TLS handshake in time"))?;
        Ok(Box::new(stream.map_err(JobError::failed)?))
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
    let stream = connect(&addresses).await?;
    if url.scheme() == "https" {
        tls.wrap(&host, stream).await
    } else {
        Ok(Box::new(stream))
    }
}

/// The first address that answers; one that does not takes no more than its share of the time.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, JobError> {
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = format!("no connection: {error}"),
            Err(_) => last = "no connection: no answer in time".to_owned(),
        }
    }
    Err(JobError::failed(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};

    #[tokio::test]
    async fn a_dead_address_does_not_take_all_the_time() {
        // A backlog that nobody accepts from: once it is full, the kernel answers no further knock.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = socket.listen(1).unwrap();
        let dead = full.local_addr().unwrap();
        let mut held = Vec::new();
        while let Ok(stream) = timeout(Duration::from_millis(300), TcpStream::connect(dead)).await {
            held.push(stream.unwrap());
        }
        let alive = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [dead, alive.local_addr().unwrap()];
        let started = std::time::Instant::now();
        let stream = connect(&addresses).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
        assert!(started.elapsed() < CONNECT * 2);
        let error = connect(&addresses[..1]).await.unwrap_err();
        assert_eq!(error.to_string(), "no connection: no answer in time");
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        assert!(
            Tls::new(Some(&file))
                .unwrap_err()
                .to_string()
                .contains("ca.pem")
        );
        std::fs::write(&file, "nothing").unwrap();
        let error = Tls::new(Some(&file)).unwrap_err().to_string();
        assert!(error.contains("holds no certificate"), "{error}");
    }
}
