//! A GeoJSON file (RFC 7946) as locations, with every fault at its path.
//!
//! The file is taken apart here rather than by a library for GeoJSON: those stop at the first fault and do not say where in
//! the coordinates it is. And it is looked through rather than built: the values of a file of 8 MiB would take 40 times that.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    described::{Described, Outline},
    geometry, json,
    path::Faults,
    properties::Properties,
};
use crate::problem::Problem;

/// More would hold up other writes for too long.
const MAX_FEATURES: usize = 10_000;
/// In bytes. A `crs` of WGS 84 is much shorter.
const LONGEST_CRS: usize = 1_000;
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What a property must be.
const TEXT: &str = "must be text, in quotation marks";
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
    #[serde(rename = "type", borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    features: Option<&'a RawValue>,
    #[serde(borrow)]
    crs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
    #[serde(borrow)]
    geometry: Option<&'a RawValue>,
}

/// Reads a whole file.
pub fn read(bytes: &[u8], check: Check<'_>) -> Result<File, Problem> {
    let mut file = File::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        file.faults.add("file", "must be UTF-8");
        return Ok(file);
    };
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let collection: Collection<'_> = match json::object(text) {
        Ok(collection) => collection,
        Err(error) => {
            file.faults.add("file", format!("is no GeoJSON object: {error}"));
            return Ok(file);
        }
    };
    if collection.kind.and_then(json::text).as_deref() != Some("FeatureCollection") {
        file.faults.add("type", "must be \"FeatureCollection\"");
    }
    if collection.crs.is_some_and(|crs| !is_wgs_84(crs)) {
        file.faults
            .add("crs", "must be WGS 84, in degrees: leave it out, and save the file in that system (EPSG:4326)");
    }
    let Some(features) = collection.features else {
        file.faults.add("features", "is required");
        return Ok(file);
    };
    match json::each(features, usize::MAX, |_, _| {}) {
        Ok(0..=MAX_FEATURES) => file.features(features, check)?,
        Ok(count) => {
            file.faults.add("features", format!("are {count}: split the file into ones of at most {MAX_FEATURES}"))
        }
        Err(_) => file.faults.add("features", "must be a list of features"),
    }
    Ok(file)
}

fn is_wgs_84(crs: &RawValue) -> bool {
    let crs = Some(crs.get()).filter(|text| text.len() <= LONGEST_CRS);
    let crs: Option<Value> = crs.and_then(|text| serde_json::from_str(text).ok());
    let name = crs.as_ref().and_then(|crs| crs.pointer("/properties/name")?.as_str());
    name.is_some_and(|name| WGS_84.contains(&name))
}

impl File {
    fn features(&mut self, features: &RawValue, check: Check<'_>) -> Result<(), Problem> {
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut done = Ok(());
        let add = |number, feature| {
            if done.is_ok() {
                done = self.add(number, feature, check, &mut names);
            }
        };
        // They have been counted, so that this cannot end early.
        json::each(features, MAX_FEATURES, add).ok();
        done
    }

    fn add(
        &mut self,
        number: usize,
        feature: &RawValue,
        check: Check<'_>,
        names: &mut HashMap<String, usize>,
    ) -> Result<(), Problem> {
        let path = format!("features[{number}]");
        let Some(described) = self.feature(&path, feature, check)? else { return Ok(()) };
        match names.entry(described.name.clone()) {
            Entry::Occupied(first) => {
                self.faults.add(format!("{path}.properties.name"), format!("is that of features[{}] too", first.get()));
            }
            Entry::Vacant(place) => {
                place.insert(number);
                self.locations.push(described);
            }
        }
        Ok(())
    }

    /// One feature; none where it is at fault.
    fn feature(&mut self, path: &str, raw: &RawValue, check: Check<'_>) -> Result<Option<Described>, Problem> {
        let feature: Feature<'_> = match json::object(raw.get()) {
            Ok(feature) => feature,
            Err(error) => {
                self.faults.add(path, format!("must be a feature: {error}"));
                return Ok(None);
            }
        };
        let known = self.faults.total();
        if feature.kind.and_then(json::text).as_deref() != Some("Feature") {
            self.faults.add(format!("{path}.type"), "must be \"Feature\"");
        }
        let inside = format!("{path}.properties");
        let properties: Properties<'_> = match feature.properties.map(|properties| json::object(properties.get())) {
            None => Properties::default(),
            Some(Ok(properties)) => properties,
            Some(Err(_)) => {
                self.faults.add(inside, "must be an object");
                return Ok(None);
            }
        };
        let name = self.property(&inside, "name", &properties, json::text, TEXT);
        let building = self.property(&inside, "building", &properties, json::text, TEXT);
        let classroom_number = self.property(&inside, "classroom_number", &properties, json::text, TEXT);
        let capacity = self.property(&inside, "capacity", &properties, json::integer, "must be a whole number");
        let radius_meters = self.property(&inside, "radius_meters", &properties, json::number, "must be a number");
        Properties::list(properties.unread, &mut self.unread);
        let outline = geometry::read(&format!("{path}.geometry"), feature.geometry, radius_meters, &mut self.faults);
        if matches!(outline, Some(Outline::Polygon(_))) && radius_meters.is_some() {
            self.faults.add(format!("{inside}.radius_meters"), "means nothing beside a Polygon: leave it out");
        }
        let Some(outline) = outline else { return Ok(None) };
        let mut described = Described { name: name.unwrap_or_default(), outline, building, classroom_number, capacity };
        for (field, description) in check(&mut described)? {
            self.faults.add(format!("{path}.{field}"), description);
        }
        Ok((self.faults.total() == known).then_some(described))
    }

    /// A property of the kind that is wanted; none where it is not there.
    fn property<T>(
        &mut self,
        path: &str,
        name: &str,
        properties: &Properties<'_>,
        read: fn(&RawValue) -> Option<T>,
        wanted: &str,
    ) -> Option<T> {
        let value = read(properties.get(name)?);
        if value.is_none() {
            self.faults.add(format!("{path}.{name}"), wanted);
        }
        value
    }
}

#[cfg(test)]
#[path = "geojson_tests.rs"]
mod tests;
