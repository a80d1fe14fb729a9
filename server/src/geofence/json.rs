//! JSON that is looked through rather than built: of a text only what is asked for takes memory, whatever else it holds.

use serde::{
    Deserialize, Deserializer as _,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// Why a list was not gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    NoList,
    TooLong,
}

/// An object of which the members that the type names are read. The others are passed over.
pub fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    // A struct would be read from a list too. And an error about something else would repeat all of it.
    if !text.trim_start().starts_with('{') {
        return Err("it does not begin with {".to_owned());
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Hands out the items of a list with their numbers, and ends with how many they were. Of a list that has more than `most`
/// the rest is not looked at.
pub fn each<'a>(list: &'a RawValue, most: usize, item: impl FnMut(usize, &'a RawValue)) -> Result<usize, Cut> {
    struct Each<F> {
        most: usize,
        item: F,
    }

    impl<'de, F: FnMut(usize, &'de RawValue)> Visitor<'de> for Each<F> {
        type Value = Option<usize>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut number = 0;
            while let Some(item) = items.next_element()? {
                if number == self.most {
                    return Err(A::Error::custom("the list is too long"));
                }
                (self.item)(number, item);
                number += 1;
            }
            Ok(Some(number))
        }
    }

    if !list.get().starts_with('[') {
        return Err(Cut::NoList);
    }
    let read = serde_json::Deserializer::from_str(list.get()).deserialize_seq(Each { most, item });
    read.ok().flatten().ok_or(Cut::TooLong)
}

/// The text that a value is; none where it is something else.
pub fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The whole number that a value is; none where it is something else.
pub fn integer(value: &RawValue) -> Option<i32> {
    serde_json::from_str(value.get()).ok()
}

/// The number that a value is; none where it is something else, or none that a computer can hold.
pub fn number(value: &RawValue) -> Option<f64> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_gone_through_up_to_its_end_or_its_limit() {
        let table = [
            ("[]", Ok(0), &[][..]),
            ("[1, [2, [3]], {\"a\": [4]}]", Ok(3), &["1", "[2, [3]]", "{\"a\": [4]}"]),
            ("[1, 2, 3, 4]", Err(Cut::TooLong), &["1", "2", "3"]),
            ("{\"a\": 1}", Err(Cut::NoList), &[]),
            ("\"[\"", Err(Cut::NoList), &[]),
            ("null", Err(Cut::NoList), &[]),
        ];
        for (text, expected, items) in table {
            let value: &RawValue = serde_json::from_str(text).expect("it is JSON");
            let mut found = Vec::new();
            assert_eq!(each(value, 3, |_, item| found.push(item.get())), expected, "{text}");
            assert_eq!(found, items, "{text}");
        }
    }
}
