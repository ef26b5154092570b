//! `jobs healthcheck`: for containers that have neither a shell nor curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use super::http_client::{HttpClient, root};
use crate::serve::complain;

const EXAMPLES: &str = "\
Examples:
  jobs healthcheck
  jobs healthcheck --live --listen 127.0.0.1:9000";

/// Which service to ask, and what.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The API's address, as the service was told
    #[arg(
        long,
        env = "LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR",
        value_parser = crate::settings::parse_address
    )]
    pub listen: SocketAddr,
    /// Ask whether the process lives (/health), not whether it is ready (/health/ready)
    #[arg(long)]
    pub live: bool,
    /// Give up after this time
    #[arg(long, default_value = "2s", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

/// 0 if the service answers 200, else 1 and a line that says why.
pub async fn run(args: &Args) -> ExitCode {
    let mut address = args.listen;
    // "Every address" can be listened on but not called.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let path = if args.live {
        "/health"
    } else {
        "/health/ready"
    };
    let client = HttpClient::new(&format!("http://{address}"), None);
    match client.get(path, args.timeout).await {
        Ok((status, _)) if status.is_success() => ExitCode::SUCCESS,
        Ok((status, body)) => complain(
            1,
            &format!(
                "{address}{path} answered {status}: {}",
                String::from_utf8_lossy(&body)
            ),
        ),
        Err(error) => complain(
            1,
            &format!("{address}{path} did not answer: {}", root(&*error)),
        ),
    }
}
