//! A test at start: made-up secrets go through the redactor in every form, in memory only.

use tracing::Level;

use super::{KeyVerdict, Redactor};
use crate::encode::Line;
use crate::metrics;

/// A form in which a made-up secret survived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// What kind of secret it was.
    pub secret: &'static str,
    /// The form it was written in.
    pub form: &'static str,
}

/// The made-up secret's own bytes; assembled, so that it stands nowhere as a whole.
const CORE: &str = "Pl1ms0llC4n4ryQx7";

impl Redactor {
    /// The error line of a self-test that found survivors, which are counted as violations. `None` in `observe` mode too:
    /// there nothing is meant to be taken out.
    pub(crate) fn survivors_line(&self) -> Option<Line> {
        let survivors = if self.observes() {
            Vec::new()
        } else {
            self.self_test()
        };
        let first = survivors.first()?;
        metrics::catalogue().violations.add(
            [plimsoll_standard::Rule::SensitiveData.id()],
            survivors.len() as u64,
        );
        Some(
            Line::new(Level::ERROR, "redact.self_test_failed")
                .field("survivors", survivors.len() as u64)
                .field("secret", first.secret)
                .field("form", first.form),
        )
    }

    /// Passes made-up secrets through this redactor as it is configured, in every form that a line gives a value:
    /// under a key, in a text, in JSON, in a `Debug`, in a URL. Sends and counts nothing. The answer is empty when none
    /// survives; in `observe` mode all do, which is what that mode means.
    #[must_use]
    pub fn self_test(&self) -> Vec<Survivor> {
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJjYW5hcnkifQ", CORE].join(".");
        let url = format!("postgres://app:{CORE}@db.internal/app");
        let forms: [(&'static str, &'static str, &str, String); 8] = [
            ("password", "a field's key", "password", CORE.to_owned()),
            ("token", "a field's key", "accessToken", CORE.to_owned()),
            (
                "password",
                "a pair in a text",
                "message",
                format!("login failed password={CORE} user=7"),
            ),
            (
                "password",
                "JSON in a text",
                "body",
                format!("{{\"user\":7,\"password\":\"{CORE}\"}}"),
            ),
            (
                "secret",
                "a Debug",
                "state",
                format!("State {{ client_secret: Some(\"{CORE}\") }}"),
            ),
            (
                "authorization",
                "a header",
                "detail",
                format!("Authorization: Bearer {CORE}"),
            ),
            (
                "JSON Web Token",
                "a text",
                "detail",
                format!("rejected {jwt} from peer"),
            ),
            ("URL credentials", "a text", "detail", url),
        ];
        let survives = |key: KeyVerdict, text: &str| {
            let mut line = text.as_bytes().to_vec();
            for finding in self.find(key, text).iter().rev() {
                line.drain(finding.start..finding.end);
            }
            self.observes() || memchr::memmem::find(&line, CORE.as_bytes()).is_some()
        };
        forms
            .iter()
            .filter(|(_, _, key, text)| survives(self.key(key), text))
            .map(|(secret, form, _, _)| Survivor { secret, form })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_standard::config;

    use super::*;

    #[test]
    fn nothing_survives_the_standard() {
        assert_eq!(Redactor::standard().self_test(), []);
        assert_eq!(Redactor::standard().counts().total(), 0);
    }

    #[test]
    fn what_is_switched_off_survives() {
        let config = config::Redact {
            disable: vec!["jwt".to_owned()],
            ..config::Redact::default()
        };
        let redactor = Redactor::from_config(&config).unwrap();
        assert_eq!(
            redactor.self_test(),
            [Survivor {
                secret: "JSON Web Token",
                form: "a text"
            }]
        );
        let config = config::Redact {
            mode: config::Mode::Observe,
            ..config::Redact::default()
        };
        assert_eq!(Redactor::from_config(&config).unwrap().self_test().len(), 8);
        let config = config::Redact {
            strict: true,
            ..config
        };
        let error = Redactor::from_config(&config).unwrap_err().to_string();
        assert!(error.contains("redact.strict"), "{error}");
    }

    #[test]
    fn survivors_make_an_error_line() {
        let config = config::Redact {
            disable: vec!["jwt".to_owned()],
            ..config::Redact::default()
        };
        let line = Redactor::from_config(&config)
            .unwrap()
            .survivors_line()
            .unwrap()
            .finish();
        let line = String::from_utf8(line).unwrap();
        assert!(
            line.contains("\"redact.self_test_failed\"") && line.contains("JSON Web Token"),
            "{line}"
        );
        assert!(Redactor::standard().survivors_line().is_none());
    }
}
