//! Every form of a macro's arguments.
use log::{info as note, log};
use slog::{crit, slog_info};

fn forms(x: u32, y: &str, user: &User) {
    tracing::info!("plain"); //~ no unstructured
    tracing::info!("{}", x); //~ yes unstructured
    tracing::info!("{x}"); //~ yes unstructured
    tracing::info!("{x:?} and {0}", y); //~ yes unstructured
    tracing::info!("{{braces}} only"); //~ no unstructured
    tracing::info!("json: {{\"a\": 1}}"); //~ no unstructured
    tracing::info!(x, "event"); //~ no unstructured
    tracing::info!(%y, ?user, "event"); //~ no unstructured
    tracing::info!(user.id = 3, user.name = %y, "event"); //~ no unstructured
    tracing::info!(target: "audit", x, "event"); //~ no unstructured
    tracing::info!(target: "audit", "x is {}", x); //~ yes unstructured
    tracing::info!({ x, y }, "event"); //~ no unstructured
    tracing::info!({ x, y }, "event {}", y); //~ yes unstructured
    tracing::event!(Level::INFO, x, "event"); //~ no unstructured
    tracing::event!(Level::WARN, "x = {}", x); //~ yes unstructured
    tracing::event!(target: "a", Level::WARN, "x = {x}"); //~ yes unstructured
    event!(OrderPlaced { id: x }); //~ no unstructured
    event!("order.{}", x); //~ no unstructured
    log::info!(a = x, b:? = user; "event"); //~ no unstructured
    log::info!(a = x; "event {}", y); //~ yes unstructured
    log::warn!("a {} b {}", x, y); //~ yes unstructured
    log!(log::Level::Info, "x {}", x); //~ yes unstructured
    log!(Level::Info, "constant"); //~ no unstructured
    log!(x); //~ no unstructured
    note!("renamed {}", x); //~ yes unstructured
    note!("renamed"); //~ no unstructured
    slog::info!(self.log, "event"; "x" => x, "y" => %y); //~ no unstructured
    slog::info!(self.log, "event {}", x; "y" => y); //~ yes unstructured
    slog_info!(logger, "x is {}", x); //~ yes unstructured
    crit!(log, "disk full"; "disk" => y); //~ no unstructured
    log_info!("own wrapper {}", x); //~ yes unstructured
    warn_once!("only once {x}"); //~ yes unstructured
    debug_assert!(x > 3, "x is {}", x); //~ no unstructured
    internal_error!("bad {}", x); //~ no unstructured
    bail!("bad {}", x); //~ no unstructured
    format!("bad {}", x); //~ no unstructured
    tracing::info_span!("request", path = %y); //~ no unstructured
    tracing::info!("version {}", VERSION); //~ no unstructured
    tracing::info!("version {}", env!("CARGO_PKG_VERSION")); //~ no unstructured
    tracing::info!("in {}", module_path!()); //~ no unstructured
    tracing::info!("path {}", config::DEFAULT_PATH); //~ no unstructured
    tracing::info!(concat!("a", "b")); //~ no unstructured
    tracing::info!(message = "constant", x); //~ no unstructured
    tracing::error!(error = ?x, "failed {}", y); //~ yes unstructured
    tracing::error!(?x); //~ no unstructured
    tracing::warn!(
        "spread over {} lines: {}",
        2,
        y
    );
    tracing::debug!("trailing {}", x,); //~ yes unstructured
    tracing::debug!("named {a}", a = x); //~ yes unstructured
    tracing::debug!("width {:>8.2}", x as f64); //~ yes unstructured
    tracing::debug!("raw"r"{}"); //~ no unstructured
    tracing::debug!(r#"raw "{}""#, x); //~ yes unstructured
    tracing::debug!("turbofish {}", parse::<A, B>(x)); //~ yes unstructured
    tracing::debug!("closure {}", xs.iter().map(|x| x + 1).count()); //~ yes unstructured
    tracing::debug!(count = xs.iter().map(|a| (a, 1)).count(), "event"); //~ no unstructured
    tracing::debug!("unicode \u{1F600} smile"); //~ no unstructured
    tokio::select! {
        Some(m) = rx.recv() => { tracing::info!("got {m:?}"); } //~ yes unstructured
        _ = tick.tick() => tracing::info!(x, "tick"), //~ no unstructured
    }
    let s = async_stream::stream! {
        tracing::info!("in a stream {}", x); //~ yes unstructured
        yield 1;
    };
    let all = futures::join!(async { tracing::warn!("joined {}", x) }, b); //~ yes unstructured
    let v = vec![{ tracing::info!("in vec {}", x); 1 }]; //~ yes unstructured
    let f = || tracing::info!("closure body {}", x); //~ yes unstructured
    x.map(|v| tracing::info!("option {}", v)); //~ yes unstructured
    cfg_if! { if #[cfg(unix)] { tracing::info!("unix {}", x); } } //~ yes unstructured
    let _guard = scopeguard::guard((), |_| tracing::info!("dropped {}", x)); //~ yes unstructured
}

macro_rules! say {
    ($($arg:tt)*) => { tracing::info!($($arg)*) }; //~ no unstructured
}

fn wrapped(x: u32) {
    say!("through {}", x); //~ yes unstructured
    say!(x, "through"); //~ no unstructured
}

#[cfg(test)]
mod tests {
    #[test]
    fn quiet() {
        println!("in a test {}", 1); //~ no print
        tracing::info!("in a test {}", 1); //~ no unstructured
        for x in xs { tracing::info!("in a test {}", x); } //~ no log-in-loop
        tracing::info!("password {}", password); //~ no secret
    }
}

#[test]
fn alone() {
    println!("outside of a test module"); //~ no print
}

#[cfg(any(test, feature = "testing"))]
pub fn helper() {
    println!("helper {}", 2); //~ no print
    tracing::info!("helper {}", 2); //~ no unstructured
}

fn left_behind() {
    tracing::info!(password = "hunter2", "login"); //~ yes secret
    tracing::info!(password = "[redacted]", "login"); //~ no secret
    tracing::info!(token_type = "bearer", "login"); //~ no secret
}
