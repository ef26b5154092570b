//! Which addresses a webhook may call: public ones, and what the operator allowed by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Whether a webhook may call this very address.
pub(super) fn may_call(address: IpAddr, allowed: &[IpNet]) -> bool {
    let public = match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    };
    public || allowed.iter().any(|network| network.contains(&address))
}

/// By the IANA special-purpose registry.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0 // "this network", and 0.0.0.0 that means loopback on Linux
        || (a == 100 && (64..128).contains(&b)) // carrier-grade NAT
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relay
        || (a == 198 && (18..20).contains(&b)) // benchmarking
        || a >= 240; // reserved
    !special
}

/// Only global unicast space (`2000::/3`), less what in it leads to other address spaces.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) // protocol assignments with Teredo; documentation
        || a == 0x2002 // 6to4: holds an IPv4 address
        || (a == 0x3fff && b < 0x1000); // documentation
    // Outside 2000::/3 lie ::, ::1, IPv4-mapped and -compatible, NAT64 (64:ff9b::), unique local, link-local, multicast.
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses() {
        for good in [
            "8.8.8.8",
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2001:4860:4860::8888",
        ] {
            assert!(may_call(good.parse().unwrap(), &[]), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!may_call(bad.parse().unwrap(), &[]), "{bad}");
        }
    }

    #[test]
    fn an_operator_can_allow_a_network() {
        let allowed = ["127.0.0.0/8".parse().unwrap()];
        assert!(may_call("127.0.0.1".parse().unwrap(), &allowed));
        assert!(!may_call("10.0.0.1".parse().unwrap(), &allowed));
        assert!(!may_call("::ffff:127.0.0.1".parse().unwrap(), &allowed));
    }
}
