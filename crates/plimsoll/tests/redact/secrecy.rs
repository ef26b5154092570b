//! The `secrecy` crate's types beside ours.

use plimsoll::redact::{Redactor, Secret};
use secrecy::{ExposeSecret, SecretString};

#[test]
fn there_and_back() {
    let secret: Secret<String> = SecretString::from("canary").into();
    assert_eq!(secret.expose(), "canary");
    let secret: SecretString = secret.into();
    assert_eq!(secret.expose_secret(), "canary");
    // Its Debug shows nothing, so nothing is left to find.
    let redactor = Redactor::standard();
    assert_eq!(
        redactor.value(redactor.key("state"), &format!("{secret:?}")),
        None
    );
}
