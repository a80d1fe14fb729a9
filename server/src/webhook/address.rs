//! Where requests may go. What a URL says is looked at when somebody writes it, so that they are told; what counts is the
//! address that is connected to, each time.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// Of a host that may be anywhere in the internet.
const PORTS: [u16; 2] = [443, 8443];

/// IANA's registries of special-purpose addresses: what is not one machine of the internet.
const NOT_PUBLIC_V4: [(Ipv4Addr, u8); 14] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];
/// What is given out to networks of the internet, and what of it is not, or leads to an IPv4 address that it hides.
const PUBLIC_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const NOT_PUBLIC_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
/// Names that mean nothing outside the operator's network.
const LOCAL_NAMES: [&str; 6] = ["localhost", "local", "internal", "intranet", "home.arpa", "localdomain"];

/// Which addresses may be connected to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    allowed: Arc<[IpNet]>,
}

impl Gate {
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed: allowed.into() }
    }

    /// A URL that requests can go to as far as it tells, in its one spelling; or what is wrong with it.
    pub fn read(&self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text)
            .map_err(|fault| format!("must be a whole URL such as https://hooks.example.edu/rollcall: {fault}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or a password: requests are signed".to_owned());
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment, which is sent to nobody".to_owned());
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err("must begin with https://".to_owned());
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check(&url, address.into())?,
            Some(Host::Ipv6(address)) => self.check(&url, address.into())?,
            Some(Host::Domain(name)) if self.allowed.is_empty() => {
                check_name(name)?;
                check_line(&url)?;
            }
            // It may lead to a network that the operator has named; the connection tells.
            Some(Host::Domain(_)) => {}
            None => return Err("must have a host".to_owned()),
        }
        Ok(url)
    }

    /// Whether a request to the URL may be sent to this address.
    pub fn check(&self, url: &Url, address: IpAddr) -> Result<(), String> {
        let address = address.to_canonical();
        if self.allowed.iter().any(|network| network.contains(&address)) {
            return Ok(());
        }
        if !is_public(address) {
            return Err("leads to an address that is not in the public internet".to_owned());
        }
        check_line(url)
    }
}

/// To the internet everything goes by TLS, and to where web servers are.
fn check_line(url: &Url) -> Result<(), String> {
    if url.scheme() != "https" {
        return Err("must begin with https://".to_owned());
    }
    match url.port_or_known_default() {
        Some(port) if PORTS.contains(&port) => Ok(()),
        _ => Err("must use port 443 or 8443".to_owned()),
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_local = |local: &str| name.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !name.contains('.') || LOCAL_NAMES.into_iter().any(is_local) {
        return Err("leads to a name that is not in the public internet".to_owned());
    }
    Ok(())
}

fn is_public(address: IpAddr) -> bool {
    // The prefixes are constants, and short enough.
    let in_v4 = |address: Ipv4Addr, (start, prefix): (Ipv4Addr, u8)| {
        Ipv4Net::new(start, prefix).is_ok_and(|network| network.contains(&address))
    };
    let in_v6 = |address: Ipv6Addr, (start, prefix): (Ipv6Addr, u8)| {
        Ipv6Net::new(start, prefix).is_ok_and(|network| network.contains(&address))
    };
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|network| in_v4(address, *network)),
        IpAddr::V6(address) => {
            in_v6(address, PUBLIC_V6) && !NOT_PUBLIC_V6.iter().any(|network| in_v6(address, *network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_into_the_internet_by_tls() {
        let gate = Gate::new(Vec::new());
        let taken = [
            "https://hooks.example.edu/rollcall?x=1",
            "https://hooks.example.edu:8443/",
            "HTTPS://Hooks.Example.EDU.",
            "https://93.184.215.14/",
            "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
            "https://bücher.example/",
        ];
        for url in taken {
            assert!(gate.read(url).is_ok(), "{url}: {:?}", gate.read(url));
        }
        let refused = [
            "",
            "hooks.example.edu",
            "//hooks.example.edu",
            "ftp://hooks.example.edu",
            "file:///etc/passwd",
            "gopher://hooks.example.edu",
            "http://hooks.example.edu/",
            "https://hooks.example.edu:22/",
            "https://hooks.example.edu:80/",
            "https://user@hooks.example.edu/",
            "https://u:p@hooks.example.edu/",
            "https://hooks.example.edu/#x",
            // By name.
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer/",
            "https://db.internal/",
            "https://metadata.google.internal/",
            "https://nas.local/",
            "https://router.home.arpa/",
            // Loopback, in every spelling that parsers take.
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://127.0.0.1./",
            "https://１２７.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:ffff:7f00:1]/",
            "https://[::127.0.0.1]/",
            // IPv4 inside IPv6: NAT64, 6to4, Teredo.
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::a00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:1::1]/",
            // Private, link-local, metadata, shared, documentation, groups.
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/",
            "https://100.127.255.254/",
            "https://0.0.0.0/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://198.51.100.1/",
            "https://203.0.113.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd00:ec2::254]/",
            "https://[ff02::1]/",
            "https://[::]/",
            "https://[2001:db8::1]/",
        ];
        for url in refused {
            assert!(gate.read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_the_operator_names_may_be_called_without_tls() {
        let gate = Gate::new(vec!["127.0.0.0/8".parse().expect("a network")]);
        for url in ["http://127.0.0.1:8080/x", "http://[::ffff:127.0.0.1]:1/", "http://localhost:8080/"] {
            assert!(gate.read(url).is_ok(), "{url}");
        }
        for url in ["http://10.0.0.1/", "http://[::1]/", "http://93.184.215.14/"] {
            assert!(gate.read(url).is_err(), "{url}");
        }
        // A name is looked up when it is called.
        let url = Url::parse("http://localhost:8080/").expect("a URL");
        let check = |address: &str| gate.check(&url, address.parse().expect("an address"));
        assert!(check("127.0.0.1").is_ok() && check("::ffff:127.0.0.1").is_ok());
        assert!(check("::1").is_err() && check("192.168.0.1").is_err() && check("93.184.215.14").is_err());
    }
}
