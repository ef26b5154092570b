//! `#[derive(Sensitive)]`.

use plimsoll::redact::{Pii, Secret, Sensitive};

#[derive(Sensitive)]
struct Login {
    user: String,
    #[sensitive]
    password: String,
    #[pii]
    name: String,
    #[hash]
    account: u64,
    nested: Option<Inner>,
}

#[derive(Sensitive)]
#[allow(
    dead_code,
    reason = "the derived code reads what is not sensitive only"
)]
enum Inner {
    Unit,
    Tuple(u8, #[sensitive] String),
    Named {
        shown: bool,
        #[sensitive]
        hidden: Vec<u8>,
    },
}

#[derive(Sensitive)]
#[sensitive(no_serialize, no_display)]
struct Generic<T>(T, #[sensitive] T);

fn login(nested: Inner) -> Login {
    Login {
        user: "ada".to_owned(),
        password: "hunter2-canary".to_owned(),
        name: "Ada-canary".to_owned(),
        account: 424_242,
        nested: Some(nested),
    }
}

#[test]
fn no_form_shows_a_marked_field() {
    for nested in [
        Inner::Unit,
        Inner::Tuple(7, "canary".to_owned()),
        Inner::Named {
            shown: true,
            hidden: b"canary".to_vec(),
        },
    ] {
        let login = login(nested);
        // What is hidden is not lost.
        assert_eq!(
            (login.password.as_str(), login.name.as_str()),
            ("hunter2-canary", "Ada-canary")
        );
        let (debug, display, json) = (
            format!("{login:?}"),
            format!("{login}"),
            serde_json::to_string(&login).unwrap(),
        );
        for shown in [&debug, &display, &json] {
            assert!(
                !shown.contains("canary") && !shown.contains("424242"),
                "{shown}"
            );
            assert!(
                shown.contains("ada")
                    && shown.contains("[redacted:secret]")
                    && shown.contains("[redacted:pii]"),
                "{shown}"
            );
            assert!(shown.contains("[hash:"), "{shown}");
        }
        assert_eq!(debug, display);
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }
}

#[test]
fn equal_values_have_equal_hashes() {
    let hash = |shown: String| {
        shown
            .split("[hash:")
            .nth(1)
            .unwrap()
            .split(']')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        hash(format!("{:?}", login(Inner::Unit))),
        hash(format!("{:?}", login(Inner::Unit)))
    );
}

#[test]
fn generics_and_tuples() {
    let pair = Generic(1, 2);
    assert_eq!(format!("{pair:?}"), "Generic(1, [redacted:secret])");
    assert_eq!(pair.1, 2);
}

#[test]
fn wrappers_hide_themselves_and_read_back() {
    #[derive(serde::Deserialize, serde::Serialize, Debug)]
    struct Settings {
        password: Secret<String>,
        owner: Pii<String>,
    }
    let settings: Settings =
        serde_json::from_str(r#"{"password":"canary","owner":"canary"}"#).unwrap();
    assert_eq!(settings.password.expose(), "canary");
    assert_eq!(settings.owner.clone().into_exposed(), "canary");
    for shown in [
        format!("{settings:?}"),
        serde_json::to_string(&settings).unwrap(),
    ] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}
