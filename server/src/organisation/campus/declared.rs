//! Which networks a college may call its own.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A college is not the internet: the shortest prefix of each family that is taken.
const MIN_PREFIX_V4: u8 = 20;
const MIN_PREFIX_V6: u8 = 40;

/// Networks whose addresses mean another machine in every place. Who sees them sits in front of or beside the server, and only
/// the operator knows who that is. No network that is long enough has only a part of one of them.
const NOT_PUBLIC_V4: [(u32, u8); 8] = [
    (0x0000_0000, 8),  // this network
    (0x0a00_0000, 8),  // private
    (0x6440_0000, 10), // shared by the customers of a provider
    (0x7f00_0000, 8),  // this machine
    (0xa9fe_0000, 16), // this link
    (0xac10_0000, 12), // private
    (0xc0a8_0000, 16), // private
    (0xe000_0000, 3),  // groups, and what is reserved
];
/// What is given out to networks of the internet.
const PUBLIC_V6: (u128, u8) = (0x2000 << 112, 3);

/// Networks in one spelling and in order, each once; or the number of the first that is none, and what to do.
pub fn read(texts: &[String]) -> Result<Vec<IpNet>, (usize, String)> {
    let mut networks = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        networks.push(read_one(text.trim()).map_err(|fault| (number, fault))?);
    }
    networks.sort_unstable();
    networks.dedup();
    Ok(networks)
}

fn read_one(text: &str) -> Result<IpNet, String> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text
            .parse::<IpNet>()
            .map_err(|_| "must be a network such as 203.0.113.0/24 or 2001:db8:5::/48".to_owned())?,
    };
    if network.trunc() != network {
        return Err(format!("has bits after its prefix; {} may be meant", network.trunc()));
    }
    let (is_long, is_public) = match network {
        IpNet::V4(network) => (network.prefix_len() >= MIN_PREFIX_V4, is_public_v4(network)),
        IpNet::V6(network) => (network.prefix_len() >= MIN_PREFIX_V6, is_public_v6(network)),
    };
    if !is_long {
        return Err(format!("must have a prefix of at least /{MIN_PREFIX_V4}, in IPv6 /{MIN_PREFIX_V6}"));
    }
    if !is_public {
        return Err("must be one of public addresses, as the internet sees the campus".to_owned());
    }
    Ok(network)
}

fn is_public_v4(network: Ipv4Net) -> bool {
    !NOT_PUBLIC_V4.iter().any(|&(start, prefix)| network.network().to_bits() >> (32 - prefix) == start >> (32 - prefix))
}

fn is_public_v6(network: Ipv6Net) -> bool {
    let (start, prefix) = PUBLIC_V6;
    network.network().to_bits() >> (128 - prefix) == start >> (128 - prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_texts(texts: &[&str]) -> Result<Vec<String>, usize> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        read(&texts).map(|read| read.iter().map(IpNet::to_string).collect()).map_err(|(number, _)| number)
    }

    #[test]
    fn networks_have_one_spelling_and_one_order() {
        for (texts, expected) in [
            (&[][..], &[][..]),
            (&["203.0.113.0/24"], &["203.0.113.0/24"]),
            (&["203.0.113.7"], &["203.0.113.7/32"]),
            (&[" 2001:DB8:0005::/48 "], &["2001:db8:5::/48"]),
            (&["2001:db8::1"], &["2001:db8::1/128"]),
            (&["203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/24"], &["198.51.100.0/24", "203.0.113.0/24"]),
            (&["198.51.0.0/20", "2001:db8::/40"], &["198.51.0.0/20", "2001:db8::/40"]),
        ] {
            assert_eq!(
                read_texts(texts).as_deref(),
                Ok(&*expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
            );
        }
    }

    #[test]
    fn what_is_no_campus_is_refused() {
        for text in [
            "",
            "campus",
            "203.0.113.0/33",
            "203.0.113.256/24",
            "203.0.113.0-203.0.113.255",
            "203.0.113.0/255.255.255.0",
            "203.0.113.7/24",
            "2001:db8:5::1/48",
            "0.0.0.0/0",
            "198.0.0.0/8",
            "198.51.0.0/19",
            "::/0",
            "2001:db8::/39",
            "0.1.0.0/20",
            "10.0.0.0/20",
            "10.1.2.0/24",
            "100.64.0.0/20",
            "127.0.0.1",
            "169.254.0.0/20",
            "172.16.0.0/20",
            "172.31.255.0/24",
            "192.168.1.0/24",
            "224.0.0.0/24",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "fe80::/64",
            "fd00::/48",
            "ff02::/48",
            "::ffff:203.0.113.0/120",
        ] {
            assert_eq!(read_texts(&["203.0.113.0/24", text]), Err(1), "{text}");
        }
        for text in
            ["9.255.0.0/20", "11.0.0.0/20", "100.63.0.0/20", "100.128.0.0/20", "172.32.0.0/20", "223.255.0.0/20"]
        {
            assert_eq!(read_texts(&[text]), Ok(vec![text.to_owned()]));
        }
    }
}
