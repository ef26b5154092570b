//! `webhook` {"url", "body"?}: POSTs a JSON body, signed by Standard Webhooks, to a public address.

mod address;
mod dial;
mod send;
mod sign;

use std::sync::Arc;

use ipnet::IpNet;
use serde_json::Value;
use url::{Host, Url};

pub use dial::{AuthorityError, Tls};
pub use sign::SecretError;

use self::sign::Signer;
use super::PayloadError;

/// Sends webhooks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    signer: Signer,
    allowed: Arc<[IpNet]>,
    tls: Tls,
}

impl Webhooks {
    /// `secret` is `whsec_` and base64; `allowed` are networks that may be called although they are not public.
    ///
    /// # Errors
    /// If the secret is not one.
    pub fn new(secret: &str, allowed: &[IpNet], tls: Tls) -> Result<Self, SecretError> {
        Ok(Self {
            signer: Signer::new(secret)?,
            allowed: allowed.into(),
            tls,
        })
    }

    /// What can be said about a URL before its name is resolved.
    pub(super) fn check(&self, payload: &Value) -> Result<(), PayloadError> {
        self.target(payload).map(drop)
    }

    fn target(&self, payload: &Value) -> Result<Url, PayloadError> {
        let wrong = |detail: &str| PayloadError::new("url", detail);
        let text = payload
            .get("url")
            .and_then(Value::as_str)
            .filter(|text| text.len() <= 2048)
            .ok_or_else(|| wrong("must be a URL of at most 2048 bytes"))?;
        let url = Url::parse(text).map_err(|error| wrong(&format!("is not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("must start with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not hold a user name or password"));
        }
        // Numbers in every notation (0x7f.1, 2130706433) have become addresses here.
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(wrong("must name a host")),
        };
        if address.is_some_and(|address| !address::may_call(address, &self.allowed)) {
            return Err(wrong("names an address that is not public"));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn urls_are_judged_by_what_they_mean() {
        let webhooks = Webhooks::new(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            &["10.1.0.0/16".parse().unwrap()],
            Tls::new(None).unwrap(),
        )
        .unwrap();
        for good in [
            "http://example.com",
            "https://example.com:8443/x?y=z",
            "http://8.8.8.8/",
            "http://10.1.2.3/",
        ] {
            assert_eq!(webhooks.check(&json!({ "url": good })), Ok(()), "{good}");
        }
        for bad in [
            "ftp://example.com",
            "file:///etc/passwd",
            "http://user@example.com",
            "http://:pass@example.com",
            "http://127.0.0.1",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[64:ff9b::7f00:1]",
            "http://169.254.169.254/latest/meta-data",
            "http://10.2.0.1",
            "http://0.0.0.0",
            "http://①②⑦.⓪.⓪.①",
            "example.com",
            "",
        ] {
            assert!(webhooks.check(&json!({ "url": bad })).is_err(), "{bad}");
        }
        assert!(webhooks.check(&json!({ "url": 3 })).is_err());
        assert!(webhooks.check(&json!({})).is_err());
    }
}
