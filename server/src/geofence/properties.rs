//! The properties of a feature: those that are read, and the names of the others.

use std::collections::BTreeSet;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

const READ: [&str; 5] = ["name", "building", "classroom_number", "capacity", "radius_meters"];
/// How many names of others are told, and how much of each, in characters.
const LISTED: usize = 32;
const SHOWN: usize = 100;

#[derive(Default)]
pub struct Properties<'a> {
    read: [Option<&'a RawValue>; READ.len()],
    /// The first ones by their names.
    pub unread: BTreeSet<String>,
}

impl<'a> Properties<'a> {
    /// One of those that are read; none where it is not there, as null says too.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        let place = READ.iter().position(|read| *read == name)?;
        self.read[place].filter(|value| value.get() != "null")
    }

    /// Adds names to a list of few.
    pub fn list(unread: impl IntoIterator<Item = String>, list: &mut BTreeSet<String>) {
        for name in unread {
            list.insert(name);
            if list.len() > LISTED {
                list.pop_last();
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Properties<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut properties = Properties::default();
                while let Some(name) = members.next_key::<String>()? {
                    if let Some(place) = READ.iter().position(|read| *read == name) {
                        properties.read[place] = Some(members.next_value()?);
                    } else {
                        members.next_value::<IgnoredAny>()?;
                        let name = name.chars().take(SHOWN).collect();
                        Properties::list([name], &mut properties.unread);
                    }
                }
                Ok(properties)
            }
        }

        deserializer.deserialize_map(Members)
    }
}
