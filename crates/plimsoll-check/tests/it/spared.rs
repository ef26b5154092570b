//! What looks like a finding and is none, beside its twin that is one.

use plimsoll_check::{Check, Options, check_text};

fn found(path: &str, text: &str) -> Vec<Check> {
    let findings = check_text(path, text, &Options::default());
    findings.iter().map(|finding| finding.check).collect()
}

#[test]
fn values_of_masking_types_are_no_secrets() {
    const LOGIN: &str = "struct Other { password: String }\npub struct Login { pub user: String, pub password: Secret<String> }\n";
    let text =
        |head: &str, body: &str| format!("use tracing::info;\n{LOGIN}{head} {{\n    {body}\n}}\n");
    for (head, body) in [
        (
            "fn f()",
            "let password = Secret::new(read()); info!(password = ?password, \"a.b\");",
        ),
        (
            "fn f()",
            "let mut email = plimsoll::redact::Pii::new(read()); info!(?email, \"a.b\");",
        ),
        (
            "fn f()",
            "let password = SecretString::from(x); info!(?password, \"a.b\");",
        ),
        (
            "fn f()",
            "let password = Some(Secret::<String>::new(x)); info!(?password, \"a.b\");",
        ),
        (
            "fn f()",
            "let password: Secret<String> = x.into(); info!(?password, \"a.b\");",
        ),
        (
            "fn f(login: &Login)",
            "info!(password = ?login.password, \"a.b\");",
        ),
        (
            "async fn f(Json(login): Json<Login>)",
            "info!(password = ?login.password, \"a.b\");",
        ),
        (
            "async fn f(Form(password): Form<Secret<String>>)",
            "info!(?password, \"a.b\");",
        ),
        (
            "fn f()",
            "let login = Login { user, password }; info!(?login.password, \"a.b\");",
        ),
        (
            "impl Login { fn f(&self)",
            "info!(password = ?self.password, \"a.b\"); }",
        ),
    ] {
        assert_eq!(
            found("src/a.rs", &text(head, body)),
            [],
            "{head} {{ {body} }}"
        );
    }
    for (head, body) in [
        (
            "fn f()",
            "let password = String::new(); info!(password = ?password, \"a.b\");",
        ),
        (
            "fn f()",
            "let password = Secret::new(x); info!(password = %password.expose(), \"a.b\");",
        ),
        (
            "fn f()",
            "let password = Secret::new(x); let password = password.into_exposed(); info!(%password, \"a.b\");",
        ),
        (
            "fn f(other: &Other)",
            "info!(password = ?other.password, \"a.b\");",
        ),
        (
            "async fn f(Json(other): Json<Other>)",
            "info!(password = ?other.password, \"a.b\");",
        ),
        (
            "fn f(login: &Login)",
            "info!(password = ?login.password.expose(), \"a.b\");",
        ),
        (
            "fn f(password: Secret<String>)",
            "info!(password = ?password.expose_secret(), \"a.b\");",
        ),
    ] {
        assert_eq!(
            found("src/a.rs", &text(head, body)),
            [Check::Secret],
            "{head} {{ {body} }}"
        );
    }
}

#[test]
fn the_last_word_tells_what_a_name_is_of() {
    for (name, finding) in [
        ("token_pos", false),
        ("token_offset", false),
        ("pos_token", true),
    ] {
        let text = format!(
            "import logging\nlog = logging.getLogger()\n\n\ndef f({name}):\n    log.info(\"x.y\", extra={{\"at\": {name}}})\n"
        );
        let expected: &[Check] = if finding { &[Check::Secret] } else { &[] };
        assert_eq!(found("app/a.py", &text), expected, "{name}");
    }
}

#[test]
fn what_a_terminal_or_its_user_reads_is_no_print() {
    for text in [
        "import sys\n\n\ndef title(name):\n    sys.stdout.write('\\033]0;%s\\007' % name)\n",
        "import sys\nprint(\"{}\".format(sys.argv))\n",
    ] {
        assert_eq!(found("app/a.py", text), [], "{text}");
    }
    for text in [
        "import sys\n\n\ndef title(name):\n    sys.stdout.write('0;%s' % name)\n",
        "import sys\n\n\ndef serve():\n    print(\"{}\".format(sys.argv))\n",
    ] {
        assert_eq!(found("app/a.py", text), [Check::Print], "{text}");
    }
}
