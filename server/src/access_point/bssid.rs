//! The hardware address of an access point in one spelling: lower case with colons.

use std::fmt;

/// What Android and iOS give an app that may not know the true address. At a location it would let every such phone in.
const CONCEALED: [u8; 6] = [2, 0, 0, 0, 0, 0];
const NONE: [u8; 6] = [0; 6];
/// Set in the first byte of an address that stands for many devices.
const GROUP: u8 = 1;

/// Set in the first byte of an address that no maker has given.
const LOCAL: u8 = 2;

/// Six bytes, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address([u8; 6]);

impl Address {
    /// Six bytes in hexadecimal, as pairs or as the fours that some vendors print, with one kind of separator or none. Between
    /// colons and hyphens a byte may lack its leading zero, as iOS writes it.
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).map(Self)
    }

    /// Whether it is that of a single device, as far as an address tells.
    pub fn is_of_one_device(self) -> bool {
        self.0 != CONCEALED && self.0 != NONE && self.0[0] & GROUP == 0
    }

    /// Whether its device made it up, as phones do so that nobody knows them again.
    pub const fn is_local(self) -> bool {
        self.0[0] & LOCAL != 0
    }

    pub const fn to_number(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(formatter, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
    }
}

/// The address in its one spelling, if the text is one of a single device.
pub fn normalise(text: &str) -> Option<String> {
    Address::parse(text).filter(|address| address.is_of_one_device()).map(|address| address.to_string())
}

fn bytes(text: &str) -> Option<[u8; 6]> {
    let separator = text.chars().find(|character| !character.is_ascii_hexdigit());
    let groups: Vec<&str> = match separator {
        None => vec![text],
        Some(separator @ (':' | '-' | '.')) => text.split(separator).collect(),
        Some(_) => return None,
    };
    let may_be_short = matches!(separator, Some(':' | '-'));
    let digits = groups.iter().try_fold(String::new(), |digits, group| match (groups.len(), group.len()) {
        (1, 12) | (3, 4) | (6, 2) => Some(digits + group),
        (6, 1) if may_be_short => Some(digits + "0" + group),
        _ => None,
    })?;
    // A sign would be read as part of a number.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let [_, _, bytes @ ..] = u64::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        const SPELT: Option<&str> = Some("0a:5b:6c:7d:8e:9f");
        let table = [
            ("0a:5b:6c:7d:8e:9f", SPELT),
            ("0A:5B:6C:7D:8E:9F", SPELT),
            ("0A-5b-6C-7d-8E-9f", SPELT),
            ("0a.5b.6c.7d.8e.9f", SPELT),
            ("0a5b.6c7d.8e9f", SPELT),
            ("0a5b-6c7d-8e9f", SPELT),
            ("0A5B6C7D8E9F", SPELT),
            ("a:5b:6c:7d:8e:9f", SPELT),
            ("a-5b-6c-7d-8e-9f", SPELT),
            ("0:1:2:3:4:5", Some("00:01:02:03:04:05")),
            // Made up by its own device, and still its own.
            ("02:00:00:00:00:01", Some("02:00:00:00:00:01")),
        ];
        for (text, expected) in table {
            assert_eq!(normalise(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_of_one_device_is_refused() {
        let table = [
            "",
            ":::::",
            "campus",
            "0a:5b:6c:7d:8e",
            "0a:5b:6c:7d:8e:9f:00",
            "0a:5b-6c:7d-8e:9f",
            "0a:5b:6c:7d:8e:9g",
            " 0a:5b:6c:7d:8e:9f",
            "0a 5b 6c 7d 8e 9f",
            "a5b6c7d8e9f",
            "a.5b.6c.7d.8e.9f",
            "0a5b6c.7d8e9f",
            "+a5b6c7d8e9f",
            "0a5b:6c:7d8e:9f",
            "0á:5b:6c:7d:8e:9f",
            // None at all, concealed by the phone, for everyone, for a group.
            "00:00:00:00:00:00",
            "0:0:0:0:0:0",
            "02:00:00:00:00:00",
            "020000000000",
            "ff:ff:ff:ff:ff:ff",
            "01:00:5e:00:00:01",
        ];
        for text in table {
            assert_eq!(normalise(text), None, "{text:?}");
        }
    }
}
