//! A GeoJSON file (RFC 7946) as locations, with every fault at its path.
//!
//! The file is taken apart here rather than by a library for GeoJSON: those stop at the first fault and do not say where in
//! the coordinates it is.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    described::{Described, Outline},
    geometry,
    path::Faults,
};
use crate::problem::Problem;

/// More would hold up other writes for too long.
const MAX_FEATURES: usize = 10_000;
const LISTED_PROPERTIES: usize = 32;
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Names of WGS 84 in degrees, longitude first, that files from before RFC 7946 carry.
const WGS_84: [&str; 3] = ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"];

/// What a file says.
#[derive(Default)]
pub struct File {
    pub locations: Vec<Described>,
    /// Properties that were not read.
    pub unread: BTreeSet<String>,
    pub faults: Faults,
}

/// What a feature's fields are held against: the rules of the call that makes one location.
pub type Check<'a> = &'a dyn Fn(&mut Described) -> Result<Vec<(&'static str, String)>, Problem>;

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: Option<Value>,
    #[serde(borrow)]
    features: Option<Vec<&'a RawValue>>,
    crs: Option<Value>,
}

/// Reads a whole file.
pub fn read(bytes: &[u8], check: Check<'_>) -> Result<File, Problem> {
    let mut file = File::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        file.faults.add("file", "must be UTF-8");
        return Ok(file);
    };
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let collection: Collection<'_> = match serde_json::from_str(text) {
        Ok(collection) => collection,
        Err(error) => {
            file.faults.add("file", format!("is no GeoJSON object: {error}"));
            return Ok(file);
        }
    };
    if collection.kind.as_ref().and_then(Value::as_str) != Some("FeatureCollection") {
        file.faults.add("type", "must be \"FeatureCollection\"");
    }
    let crs = collection.crs.as_ref().filter(|crs| !crs.is_null());
    if crs.is_some_and(|crs| {
        !crs.pointer("/properties/name").and_then(Value::as_str).is_some_and(|name| WGS_84.contains(&name))
    }) {
        file.faults
            .add("crs", "must be WGS 84, in degrees: leave it out, and save the file in that system (EPSG:4326)");
    }
    let Some(features) = collection.features else {
        file.faults.add("features", "is required");
        return Ok(file);
    };
    if features.len() > MAX_FEATURES {
        file.faults
            .add("features", format!("are {}: split the file into ones of at most {MAX_FEATURES}", features.len()));
        return Ok(file);
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    for (number, feature) in features.into_iter().enumerate() {
        let path = format!("features[{number}]");
        let Some(described) = file.feature(&path, feature, check)? else { continue };
        match names.entry(described.name.clone()) {
            Entry::Occupied(first) => {
                file.faults.add(format!("{path}.properties.name"), format!("is that of features[{}] too", first.get()));
            }
            Entry::Vacant(place) => {
                place.insert(number);
                file.locations.push(described);
            }
        }
    }
    Ok(file)
}

impl File {
    /// One feature; none where it is at fault.
    fn feature(&mut self, path: &str, raw: &RawValue, check: Check<'_>) -> Result<Option<Described>, Problem> {
        let Ok(Value::Object(mut members)) = serde_json::from_str(raw.get()) else {
            self.faults.add(path, "must be a feature");
            return Ok(None);
        };
        let known = self.faults.total();
        if members.get("type").and_then(Value::as_str) != Some("Feature") {
            self.faults.add(format!("{path}.type"), "must be \"Feature\"");
        }
        let mut properties = match members.remove("properties") {
            Some(Value::Object(properties)) => properties,
            Some(Value::Null) | None => Map::new(),
            Some(_) => {
                self.faults.add(format!("{path}.properties"), "must be an object");
                return Ok(None);
            }
        };
        let inside = format!("{path}.properties");
        let name = self.text(&inside, "name", &mut properties);
        let building = self.text(&inside, "building", &mut properties);
        let classroom_number = self.text(&inside, "classroom_number", &mut properties);
        let radius_meters = self.number(&inside, "radius_meters", &mut properties);
        self.unread.extend(properties.into_iter().map(|(name, _)| name).take(LISTED_PROPERTIES));
        while self.unread.len() > LISTED_PROPERTIES {
            self.unread.pop_last();
        }
        let geometry = members.remove("geometry").unwrap_or_default();
        let outline = geometry::read(&format!("{path}.geometry"), geometry, radius_meters, &mut self.faults);
        if matches!(outline, Some(Outline::Polygon(_))) && radius_meters.is_some() {
            self.faults.add(format!("{inside}.radius_meters"), "means nothing beside a Polygon: leave it out");
        }
        let Some(outline) = outline else { return Ok(None) };
        let mut described = Described { name: name.unwrap_or_default(), outline, building, classroom_number };
        for (field, description) in check(&mut described)? {
            self.faults.add(format!("{path}.{field}"), description);
        }
        Ok((self.faults.total() == known).then_some(described))
    }

    /// A property that is text; none where it is not there, as null says too.
    fn text(&mut self, path: &str, name: &str, properties: &mut Map<String, Value>) -> Option<String> {
        match properties.remove(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => {
                self.faults.add(format!("{path}.{name}"), "must be text, in quotation marks");
                None
            }
        }
    }

    fn number(&mut self, path: &str, name: &str, properties: &mut Map<String, Value>) -> Option<f64> {
        let value = properties.remove(name).filter(|value| !value.is_null())?;
        let number = value.as_f64();
        if number.is_none() {
            self.faults.add(format!("{path}.{name}"), "must be a number");
        }
        number
    }
}

#[cfg(test)]
#[path = "geojson_tests.rs"]
mod tests;
