//! Which addresses may be connected to. A pure table, after RFC 6890 and its updates; no resolving, no I/O.
//!
//! Two levels: [`is_public`] for any URL a caller may send, [`is_never`] for what stays shut even when the operator
//! lists the host, because it hands out credentials or is not an ordinary peer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(high: u32, second: u32, low: u64, prefix: u8) -> Ipv6Net {
    let bits = ((high as u128) << 96) | ((second as u128) << 64) | low as u128;
    Ipv6Net::new_assert(Ipv6Addr::from_bits(bits), prefix)
}

/// IPv4 that is not the public internet, or not an ordinary peer on it.
const CLOSED_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network; 0.0.0.0 connects to loopback on Linux
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's wire server: a public address that answers only inside a virtual machine
    v4(169, 254, 0, 0, 16),   // link-local, with the metadata services
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, broadcast
];

/// The part of IPv6 that is global unicast. All else (loopback, mapped, NAT64, ULA, link-local, multicast) lies outside.
const GLOBAL_V6: Ipv6Net = v6(0x2000_0000, 0, 0, 3);

/// What is closed within [`GLOBAL_V6`].
const CLOSED_V6: [Ipv6Net; 5] = [
    v6(0x2001_0000, 0, 0, 23), // protocol assignments: Teredo, benchmarks, ORCHID
    v6(0x2001_0db8, 0, 0, 32), // documentation
    v6(0x2002_0000, 0, 0, 16), // 6to4: wraps any IPv4
    v6(0x3ffe_0000, 0, 0, 16), // the old 6bone
    v6(0x3fff_0000, 0, 0, 20), // documentation
];

/// Never, not even on a listed host.
const NEVER_V4: [Ipv4Net; 4] = [
    v4(168, 63, 129, 16, 32),
    v4(169, 254, 0, 0, 16),
    v4(100, 100, 100, 200, 32), // metadata of another cloud
    v4(224, 0, 0, 0, 4),
];

const NEVER_V6: [Ipv6Net; 4] = [
    v6(0xfd00_0ec2, 0, 0x254, 128), // metadata over IPv6
    v6(0xfd20_00ce, 0, 0x254, 128),
    v6(0xfe80_0000, 0, 0, 10), // link-local
    v6(0xff00_0000, 0, 0, 8),  // multicast
];

/// Whether any caller's URL may lead here.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|net| net.contains(&address)),
        // Forms that wrap an IPv4 address are outside or closed whatever they wrap: no storage needs them.
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !CLOSED_V6.iter().any(|net| net.contains(&address)),
    }
}

/// Whether nothing may lead here, not even a host that the operator listed.
pub(crate) fn is_never(address: IpAddr) -> bool {
    let never_v4 = |address: &Ipv4Addr| NEVER_V4.iter().any(|net| net.contains(address));
    match address {
        IpAddr::V4(address) => never_v4(&address),
        IpAddr::V6(address) => {
            NEVER_V6.iter().any(|net| net.contains(&address)) || wrapped(address).iter().flatten().any(never_v4)
        }
    }
}

/// The IPv4 addresses that an IPv6 address may lead to: by mapping, translation or tunnel.
fn wrapped(address: Ipv6Addr) -> [Option<Ipv4Addr>; 3] {
    let segments = address.segments();
    let low = Ipv4Addr::from_bits(address.to_bits() as u32);
    let pair = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    let tail = match segments {
        // ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Some(low),
        // NAT64, well-known and local
        [0x64, 0xff9b, ..] => Some(low),
        // ISATAP
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Some(low),
        _ => None,
    };
    let (relay, client) = match segments {
        [0x2002, high, low, ..] => (Some(pair(high, low)), None),
        // Teredo: the server as it is, the client with its bits turned round
        [0x2001, 0, high, server_low, ..] => (Some(pair(high, server_low)), Some(Ipv4Addr::from_bits(!low.to_bits()))),
        _ => (None, None),
    };
    [tail, relay, client]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Level {
        Public,
        IfListed,
        Never,
    }
    use Level::{IfListed, Never, Public};

    #[track_caller]
    fn check(text: &str, expected: Level) {
        let address: IpAddr = text.parse().unwrap();
        let level = match (is_public(address), is_never(address)) {
            (true, false) => Public,
            (false, false) => IfListed,
            (false, true) => Never,
            (true, true) => panic!("{text}: public and never at once"),
        };
        assert_eq!(level, expected, "{text}");
    }

    #[test]
    fn ipv4() {
        for (text, expected) in [
            ("20.60.1.1", Public),
            ("1.1.1.1", Public),
            ("9.255.255.255", Public),
            ("11.0.0.0", Public),
            ("100.63.255.255", Public),
            ("100.128.0.0", Public),
            ("168.63.129.15", Public),
            ("169.253.255.255", Public),
            ("172.15.255.255", Public),
            ("172.32.0.0", Public),
            ("192.0.1.1", Public),
            ("192.167.255.255", Public),
            ("198.17.255.255", Public),
            ("198.20.0.0", Public),
            ("223.255.255.255", Public),
            ("0.0.0.0", IfListed),
            ("0.255.255.255", IfListed),
            ("10.0.0.1", IfListed),
            ("10.255.255.255", IfListed),
            ("100.64.0.0", IfListed),
            ("100.127.255.255", IfListed),
            ("127.0.0.1", IfListed),
            ("127.255.255.254", IfListed),
            ("172.16.0.1", IfListed),
            ("172.31.255.255", IfListed),
            ("192.0.0.170", IfListed),
            ("192.0.2.1", IfListed),
            ("192.88.99.1", IfListed),
            ("192.168.1.1", IfListed),
            ("198.18.0.1", IfListed),
            ("198.19.255.255", IfListed),
            ("198.51.100.1", IfListed),
            ("203.0.113.1", IfListed),
            ("240.0.0.1", IfListed),
            ("255.255.255.255", IfListed),
            ("100.100.100.200", Never),
            ("168.63.129.16", Never),
            ("169.254.0.1", Never),
            ("169.254.169.254", Never),
            ("169.254.170.2", Never),
            ("224.0.0.1", Never),
            ("239.255.255.255", Never),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn ipv6() {
        for (text, expected) in [
            ("2603:1030::1", Public),
            ("2606:4700::1111", Public),
            ("2a00::1", Public),
            ("2001:4860:4860::8888", Public),
            ("2001:200::1", Public),
            ("::", IfListed),
            ("::1", IfListed),
            ("fc00::1", IfListed),
            ("fd12:3456::1", IfListed),
            ("fec0::1", IfListed),
            ("100::1", IfListed),
            ("2001:db8::1", IfListed),
            ("2001:2::1", IfListed),
            ("2001:10::1", IfListed),
            ("3ffe::1", IfListed),
            ("3fff::1", IfListed),
            ("4000::1", IfListed),
            ("fd00:ec2::254", Never),
            ("fd20:ce::254", Never),
            ("fe80::1", Never),
            ("febf::1", Never),
            ("ff02::1", Never),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn ipv4_wrapped_in_ipv6() {
        for (text, expected) in [
            ("::ffff:8.8.8.8", IfListed),
            ("::ffff:127.0.0.1", IfListed),
            ("::ffff:10.0.0.1", IfListed),
            ("::127.0.0.1", IfListed),
            ("64:ff9b::8.8.8.8", IfListed),
            ("64:ff9b::10.0.0.1", IfListed),
            ("2002:0a00:0001::1", IfListed),
            ("2002:0808:0808::1", IfListed),
            ("2001:0:808:808::1", IfListed),
            ("2603::5efe:10.0.0.1", Public),
            ("::ffff:169.254.169.254", Never),
            ("::169.254.169.254", Never),
            ("::ffff:0:169.254.169.254", Never),
            ("64:ff9b::169.254.169.254", Never),
            ("64:ff9b:1::169.254.169.254", Never),
            ("64:ff9b::168.63.129.16", Never),
            ("2002:a9fe:a9fe::1", Never),
            ("2002:a83f:8110::", Never),
            ("2001:0:a9fe:a9fe::", Never),
            // Teredo, client 169.254.169.254 with its bits turned round
            ("2001:0:808:808:0:0:5601:5601", Never),
            ("fd00::5efe:169.254.169.254", Never),
        ] {
            check(text, expected);
        }
    }
}
