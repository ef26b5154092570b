//! Names that only their place in the code makes a secret's: a request's headers, a mail's addressee.

use crate::context::Context;
use crate::words::has_any;

/// All headers or the whole environment of a request or of the process: the credentials are among them.
pub(super) fn whole_request(context: &Context<'_>, name: &str, owned_by: &str) -> bool {
    match name {
        "environ" => matches!(owned_by, "request" | "req" | "os"),
        "headers" | "request_headers" | "req_headers" | "all_headers" => {
            matches!(owned_by, "request" | "req" | "res" | "resp" | "response")
                || has_any(
                    context.source,
                    &[
                        "HeaderMap",
                        "uthorization",
                        "AUTHORIZATION",
                        "x-auth",
                        "HTTP",
                        "http::",
                        "requests.",
                        "httpx",
                        "aiohttp",
                        "reqwest",
                        "REQUEST_METHOD",
                        ".header(",
                        "HttpRequest",
                    ],
                ) && !has_any(context.source, &["BlockHeader", "block_header", "csv."])
        }
        _ => false,
    }
}

/// Who a mail goes to or comes from, in code that sends mail.
pub(super) fn addressee(context: &Context<'_>, joined: &str) -> bool {
    matches!(
        joined,
        "recipient"
            | "recipients"
            | "to_addr"
            | "to_addrs"
            | "from_addr"
            | "rcpt"
            | "rcpt_to"
            | "rcpttos"
            | "mail_from"
            | "mailfrom"
            | "envsender"
            | "to_emails"
            | "envelope_from"
            | "envelope_to"
    ) && has_any(
        context.source,
        &["smtp", "SMTP", "email", "sendmail", "lettre"],
    )
}

/// What only code calls so: an address with the password in it, the keys of a licence.
pub(super) fn in_code(last: &str, before: &str, joined: &str) -> bool {
    matches!(
        (before, last),
        ("license" | "licence", "key") | ("email" | "mail", "recipient" | "recipients")
    ) || matches!(
        joined,
        "database_url"
            | "db_url"
            | "redis_url"
            | "broker_url"
            | "amqp_url"
            | "connection_string"
            | "connection_url"
            | "database_dsn"
            | "connection_args"
            | "connection_kwargs"
            | "conn_kwargs"
            | "connect_args"
            | "cleartext"
            | "userinfo"
            | "auth_header"
            | "auth_headers"
            | "authorization_header"
            | "authorization_headers"
    )
}
