//! The geometry of a feature: a point with a radius, or a polygon.

use serde_json::Value;

use super::{
    described::Outline,
    path::Faults,
    shape::{At, Fault, Shape},
};

/// Reads a geometry; none where it is at fault.
pub fn read(path: &str, geometry: Value, radius_meters: Option<f64>, faults: &mut Faults) -> Option<Outline> {
    let Value::Object(mut members) = geometry else {
        faults.add(path, "must be a Point or a Polygon");
        return None;
    };
    let kind = members.remove("type").unwrap_or_default();
    let coordinates = members.remove("coordinates").unwrap_or_default();
    let inside = format!("{path}.coordinates");
    match kind.as_str() {
        Some("Point") => {
            let [longitude, latitude] = position(&inside, &coordinates, faults)?;
            Some(Outline::Circle { latitude, longitude, radius_meters })
        }
        Some("Polygon") => polygon(&inside, &coordinates, faults).map(|shape| Outline::Polygon(Box::new(shape))),
        Some("MultiPolygon") => {
            faults.add(path, "is a MultiPolygon: make a location of each of its polygons");
            None
        }
        kind => {
            faults.add(format!("{path}.type"), format!("must be Point or Polygon, not {}", kind.unwrap_or("missing")));
            None
        }
    }
}

/// The polygon that a text says as a geometry of GeoJSON, or all that is wrong with it.
pub fn read_polygon(text: &str) -> Result<Shape, Vec<String>> {
    let geometry: Value = serde_json::from_str(text).unwrap_or_default();
    if geometry["type"] != "Polygon" {
        let description = "must be a GeoJSON geometry of the type Polygon, with positions in degrees";
        return Err(vec![description.to_owned()]);
    }
    let mut faults = Faults::default();
    let told = |faults: Faults| {
        faults.list().into_iter().map(|(path, description)| format!("{description} ({path})")).collect()
    };
    polygon("coordinates", &geometry["coordinates"], &mut faults).ok_or_else(|| told(faults))
}

fn polygon(path: &str, coordinates: &Value, faults: &mut Faults) -> Option<Shape> {
    let rings = array(path, coordinates, "must be a list of rings", faults)?;
    let rings: Vec<_> =
        rings.iter().enumerate().map(|(number, line)| ring(&format!("{path}[{number}]"), line, faults)).collect();
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
fn ring(path: &str, ring: &Value, faults: &mut Faults) -> Option<Vec<[f64; 2]>> {
    let positions = array(path, ring, "must be a list of positions", faults)?;
    let read =
        positions.iter().enumerate().map(|(number, value)| position(&format!("{path}[{number}]"), value, faults));
    let read: Vec<_> = read.collect();
    let read: Vec<_> = read.into_iter().collect::<Option<_>>()?;
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
fn position(path: &str, value: &Value, faults: &mut Faults) -> Option<[f64; 2]> {
    let numbers = value.as_array().filter(|numbers| numbers.len() >= 2);
    let numbers = numbers.and_then(|numbers| Some([numbers[0].as_f64()?, numbers[1].as_f64()?]));
    if numbers.is_none() {
        faults.add(path, "must be a position: [longitude, latitude]");
    }
    numbers
}

fn array<'a>(path: &str, value: &'a Value, wanted: &str, faults: &mut Faults) -> Option<&'a Vec<Value>> {
    let array = value.as_array();
    if array.is_none() {
        faults.add(path, wanted);
    }
    array
}
