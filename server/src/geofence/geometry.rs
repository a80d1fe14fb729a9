//! The geometry of a feature: a point with a radius, or a polygon.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    described::Outline,
    json::{self, Cut},
    path::Faults,
    shape::{At, Fault, MAX_RINGS, MAX_VERTICES, Shape},
};

/// Longitude, latitude, a height and, in files from before RFC 7946, a measure along the way.
const MAX_NUMBERS: usize = 4;
/// A ring ends with its first position.
const MAX_POSITIONS: usize = MAX_VERTICES + MAX_RINGS;
/// How much of a type that is none is repeated, in characters.
const SHOWN: usize = 40;

#[derive(Deserialize)]
struct Geometry<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
}

/// Reads a geometry; none where it is at fault.
pub fn read(
    path: &str,
    geometry: Option<&RawValue>,
    radius_meters: Option<f64>,
    faults: &mut Faults,
) -> Option<Outline> {
    let Some(Ok(Geometry { kind, coordinates })) = geometry.map(|geometry| json::object(geometry.get())) else {
        faults.add(path, "must be a Point or a Polygon");
        return None;
    };
    let kind = kind.and_then(json::text);
    let inside = format!("{path}.coordinates");
    match kind.as_deref() {
        Some("Point") => {
            let [longitude, latitude] = position(&inside, coordinates, faults)?;
            Some(Outline::Circle { latitude, longitude, radius_meters })
        }
        Some("Polygon") => polygon(&inside, coordinates, faults).map(|shape| Outline::Polygon(Box::new(shape))),
        Some("MultiPolygon") => {
            faults.add(path, "is a MultiPolygon: make a location of each of its polygons");
            None
        }
        kind => {
            let kind: String = kind.unwrap_or("missing").chars().take(SHOWN).collect();
            faults.add(format!("{path}.type"), format!("must be Point or Polygon, not {kind}"));
            None
        }
    }
}

/// The polygon that a text says as a geometry of GeoJSON, or all that is wrong with it.
pub fn read_polygon(text: &str) -> Result<Shape, Vec<String>> {
    let geometry = json::object(text).ok();
    let polygon_of = |Geometry { kind, coordinates }| (kind.and_then(json::text)? == "Polygon").then_some(coordinates);
    let Some(coordinates) = geometry.and_then(polygon_of) else {
        let description = "must be a GeoJSON geometry of the type Polygon, with positions in degrees";
        return Err(vec![description.to_owned()]);
    };
    let mut faults = Faults::default();
    let told = |faults: Faults| {
        faults.list().into_iter().map(|(path, description)| format!("{description} ({path})")).collect()
    };
    polygon("coordinates", coordinates, &mut faults).ok_or_else(|| told(faults))
}

fn polygon(path: &str, coordinates: Option<&RawValue>, faults: &mut Faults) -> Option<Shape> {
    let too_many = || format!("must have at most {MAX_RINGS} rings: leave out some of the holes");
    let (lines, _) = list(path, coordinates, MAX_RINGS, "must be a list of rings", too_many, faults)?;
    let mut rings = Vec::new();
    // The positions that there may be, of all rings together.
    let mut room = MAX_POSITIONS;
    let each = |number, line| rings.push(ring(&format!("{path}[{number}]"), line, &mut room, faults));
    json::each(lines, MAX_RINGS, each).ok()?;
    let rings: Vec<_> = rings.into_iter().collect::<Option<_>>()?;
    let fault = |Fault { at, description }| {
        let at = match at {
            At::Polygon => path.to_owned(),
            At::Ring(ring) => format!("{path}[{ring}]"),
            At::Vertex(ring, vertex) => format!("{path}[{ring}][{vertex}]"),
        };
        faults.add(at, description);
    };
    Shape::of(rings).map_err(|found| found.into_iter().for_each(fault)).ok()
}

/// A ring that is closed, as it must be in GeoJSON: one that is not may have lost its end.
fn ring(path: &str, ring: &RawValue, room: &mut usize, faults: &mut Faults) -> Option<Vec<[f64; 2]>> {
    let too_many =
        || format!("takes the polygon beyond {MAX_VERTICES} vertices, which is what it may have: simplify it");
    let (ring, count) = list(path, Some(ring), *room, "must be a list of positions", too_many, faults)?;
    *room -= count;
    let mut positions = Vec::new();
    let each = |number, value| positions.push(position(&format!("{path}[{number}]"), Some(value), faults));
    json::each(ring, count, each).ok()?;
    let read: Vec<_> = positions.into_iter().collect::<Option<_>>()?;
    if read.len() < 4 {
        faults.add(path, "must have 4 positions or more, the last of them the same as the first");
        return None;
    }
    if read.first() != read.last() {
        faults.add(path, "must be closed: its last position is not its first");
        return None;
    }
    Some(read)
}

/// Longitude and latitude. What follows them, such as a height, is passed over, as RFC 7946 allows.
fn position(path: &str, value: Option<&RawValue>, faults: &mut Faults) -> Option<[f64; 2]> {
    let mut numbers = [None; MAX_NUMBERS];
    let count = value.map(|value| json::each(value, MAX_NUMBERS, |place, value| numbers[place] = json::number(value)));
    if count == Some(Err(Cut::TooLong)) {
        faults.add(path, format!("must have at most {MAX_NUMBERS} numbers: [longitude, latitude, height]"));
        return None;
    }
    let [Some(longitude), Some(latitude), ..] = numbers else {
        faults.add(path, "must be a position: [longitude, latitude]");
        return None;
    };
    Some([longitude, latitude])
}

/// A list and how long it is. Of one that is too long nothing is read: what is wrong in it would hide that.
fn list<'a>(
    path: &str,
    value: Option<&'a RawValue>,
    most: usize,
    wanted: &str,
    too_many: impl FnOnce() -> String,
    faults: &mut Faults,
) -> Option<(&'a RawValue, usize)> {
    let count = value.map(|value| json::each(value, most, |_, _| {}).map(|count| (value, count)));
    match count {
        Some(Ok(found)) => return Some(found),
        Some(Err(Cut::TooLong)) => faults.add(path, too_many()),
        Some(Err(Cut::NoList)) | None => faults.add(path, wanted),
    }
    None
}
