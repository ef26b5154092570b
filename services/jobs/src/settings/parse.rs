//! What single values of the command line look like.

use std::net::SocketAddr;
use std::time::Duration;

use crate::handlers::JobType;

/// An address to listen on. Names are not looked up: the answer could change from start to start.
pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080")
}

/// A duration. What was typed is not said again: it may be a value that was meant for another setting.
pub(super) fn parse_time(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "must be a time such as 500ms, 15s or 7d")
}

pub(super) fn parse_bytes(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "must be a whole number of bytes, such as 1048576")
}

pub(super) fn parse_network(text: &str) -> Result<ipnet::IpNet, &'static str> {
    text.parse()
        .map_err(|_| "must be a network, such as 10.1.0.0/16; one address is 10.1.2.3/32")
}

fn parse_pair(text: &str) -> Result<(JobType, &str), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write TYPE=VALUE, such as sleep=8")?;
    let kind = JobType::parse(name)
        .ok_or_else(|| format!("unknown job type {name}: one of {}", JobType::names()))?;
    Ok((kind, value))
}

pub(super) fn parse_concurrency(text: &str) -> Result<(JobType, usize), String> {
    let (kind, value) = parse_pair(text)?;
    match value.parse() {
        Ok(number @ 1..=1000) => Ok((kind, number)),
        _ => Err("must be a number from 1 to 1000".to_owned()),
    }
}

pub(super) fn parse_timeout(text: &str) -> Result<(JobType, Duration), String> {
    let (kind, value) = parse_pair(text)?;
    let duration = parse_time(value)?;
    if duration.is_zero() {
        Err("must be longer than nothing".to_owned())
    } else {
        Ok((kind, duration))
    }
}
