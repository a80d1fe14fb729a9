use serde_json::json;

use super::*;

/// Reads a file without the rules of a single call.
fn read(text: &str) -> File {
    super::read(text.as_bytes(), &|_| Ok(Vec::new())).expect("nothing to fail")
}

fn collection(features: &Value) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn feature(geometry: &Value) -> Value {
    json!({"type": "Feature", "properties": {"name": "Room"}, "geometry": geometry})
}

fn polygon(coordinates: &Value) -> Value {
    feature(&json!({"type": "Polygon", "coordinates": coordinates}))
}

fn fields(file: File) -> Vec<String> {
    file.faults.list().into_iter().map(|(path, _)| path.to_string()).collect()
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let (a, b, c) = (json!([73.85, 18.52]), json!([73.86, 18.52]), json!([73.86, 18.53]));
    let at = |path: &str| format!("features[1].geometry.coordinates{path}");
    let table = [
        (polygon(&json!([[a, b, c]])), vec![at("[0]")]),
        (polygon(&json!([[a, b, c, b]])), vec![at("[0]")]),
        (polygon(&json!([[a, b, c, [73.85, 18.52, 7.0]]])), vec![]),
        (polygon(&json!([[a, b, [73.86], a]])), vec![at("[0][2]")]),
        (
            polygon(&json!([[a, ["73.86", 18.5], null, a], [a, {}, b, a]])),
            vec![at("[0][1]"), at("[0][2]"), at("[1][1]")],
        ),
        (polygon(&json!([[a, b, [73.86, 98.53], [190.0, 18.5], a]])), vec![at("[0][2]"), at("[0][3]")]),
        (polygon(&json!([[a, c, b, [73.85, 18.53], a]])), vec![at("[0][0]")]),
        (polygon(&json!([a, b, c, a])), (0..8).map(|n| at(&format!("[{}][{}]", n / 2, n % 2))).collect()),
        (polygon(&json!([])), vec![at("")]),
        (polygon(&json!("circle")), vec![at("")]),
        (feature(&json!({"type": "Point", "coordinates": [73.85]})), vec![at("")]),
        (feature(&json!({"type": "Point"})), vec![at("")]),
        (
            feature(&json!({"type": "MultiPolygon", "coordinates": [[[a, b, c, a]]]})),
            vec!["features[1].geometry".to_owned()],
        ),
        (feature(&json!({"type": "LineString", "coordinates": [a, b]})), vec!["features[1].geometry.type".to_owned()]),
        (feature(&json!({"coordinates": a})), vec!["features[1].geometry.type".to_owned()]),
        (feature(&Value::Null), vec!["features[1].geometry".to_owned()]),
        (
            json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": a}, "properties": {"name": 12, "building": true, "radius_meters": "50"}}),
            ["name", "building", "radius_meters"].map(|name| format!("features[1].properties.{name}")).into(),
        ),
        (
            json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[a, b, c, a]]}, "properties": {"radius_meters": 50}}),
            vec!["features[1].properties.radius_meters".to_owned()],
        ),
        (
            json!({"type": "Room", "geometry": {"type": "Point", "coordinates": a}, "properties": []}),
            vec!["features[1].type".to_owned(), "features[1].properties".to_owned()],
        ),
        (json!([1, 2]), vec!["features[1]".to_owned()]),
        (feature(&json!({"type": "Point", "coordinates": a})), vec!["features[1].properties.name".to_owned()]),
    ];
    for (faulty, expected) in table {
        let mut first = feature(&json!({"type": "Point", "coordinates": a}));
        let is_twin = expected == ["features[1].properties.name"];
        first["properties"]["name"] = json!(if is_twin { "Room" } else { "Hall" });
        let file = read(&collection(&json!([first, faulty])));
        assert_eq!(file.locations.len(), 1 + usize::from(expected.is_empty()), "{faulty}");
        assert_eq!(fields(file), expected, "{faulty}");
    }
}

#[test]
fn a_file_is_a_collection_in_degrees() {
    let crs = |name: &str| {
        json!({"type": "FeatureCollection", "features": [], "crs": {"type": "name", "properties": {"name": name}}})
            .to_string()
    };
    for (text, expected) in [
        ("\u{feff}{\"type\": \"FeatureCollection\", \"features\": []}", &[][..]),
        (&crs("urn:ogc:def:crs:OGC:1.3:CRS84"), &[]),
        (&crs("urn:ogc:def:crs:EPSG::3857"), &["crs"]),
        ("{\"type\": \"FeatureCollection\"}", &["features"]),
        ("{\"type\": \"Feature\", \"geometry\": null}", &["type", "features"]),
        ("{\"type\": \"FeatureCollection\", \"features\": [", &["file"]),
        ("[]", &["file"]),
        ("", &["file"]),
        (&collection(&vec![Value::Null; MAX_FEATURES + 1].into()), &["features"]),
    ] {
        assert_eq!(fields(read(text)), expected, "{}", &text[..text.len().min(80)]);
    }
    assert_eq!(fields(super::read(b"\xff\xfe{}", &|_| Ok(Vec::new())).expect("nothing to fail")), ["file"]);
}

#[test]
fn what_is_said_is_taken_and_the_rest_is_named() {
    let mut said = feature(&json!({"type": "Point", "coordinates": [73.85, 18.52, 560]}));
    said["properties"] = json!({"name": "Hall", "building": null, "classroom_number": "", "radius_meters": 30, "addr:city": "x", "id": 7});
    let file = read(&collection(&json!([said])));
    let [feature] = file.locations.as_slice() else { panic!("one feature: {:?}", file.faults) };
    assert_eq!((feature.name.as_str(), &feature.building), ("Hall", &None));
    assert_eq!(feature.classroom_number.as_deref(), Some(""));
    assert_eq!(feature.outline, Outline::Circle { latitude: 18.52, longitude: 73.85, radius_meters: Some(30.0) });
    assert_eq!(file.unread.iter().collect::<Vec<_>>(), ["addr:city", "id"]);
}
