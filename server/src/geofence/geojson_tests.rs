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
        (polygon(&json!([[a, b, c, [73.85, 18.52, 7.0, 8.0]]])), vec![]),
        (polygon(&json!([[a, b, [73.86, 18.52, 7.0, 8.0, 9.0], a], []])), vec![at("[0][2]"), at("[1]")]),
        (feature(&json!({"type": "Point", "coordinates": [73.85, 18.52, 7, 8, 9]})), vec![at("")]),
        (feature(&json!({"type": "Point", "coordinates": vec![0; 1_000]})), vec![at("")]),
        (polygon(&json!(vec![json!([]); 101])), vec![at("")]),
        (polygon(&json!([vec![&a; 601]])), vec![at("[0]")]),
        (polygon(&json!([vec![&a; 400], vec![&a; 201], vec![&a; 201]])), vec![at("[1]"), at("[2]")]),
        (
            polygon(&json!([vec![json!([[[]]]); 300], vec![&a; 301]])),
            (0..300).map(|n| at(&format!("[0][{n}]"))).chain([at("[1]")]).collect(),
        ),
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
        ("[\"FeatureCollection\", [], null]", &["file"]),
        ("{\"type\": \"FeatureCollection\", \"features\": [], \"features\": []}", &["file"]),
        (&json!({"type": "FeatureCollection", "features": {}}).to_string(), &["features"]),
        (&json!({"type": "FeatureCollection", "features": [], "crs": vec![0; 1_000]}).to_string(), &["crs"]),
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

#[test]
fn what_is_refused_for_its_length_is_told_what_to_do() {
    let far = |longitude: f64| json!([longitude, 18.52]);
    let table = [
        (
            feature(&json!({"type": "Point", "coordinates": vec![0; 1_000]})),
            "must have at most 4 numbers: [longitude, latitude, height]",
        ),
        (polygon(&json!(vec![json!([far(1.0)]); 101])), "must have at most 100 rings: leave out some of the holes"),
        (
            polygon(&json!([vec![far(1.0); 601]])),
            "takes the polygon beyond 500 vertices, which is what it may have: simplify it",
        ),
        (
            feature(&json!({"type": "x".repeat(1_000), "coordinates": []})),
            &format!("must be Point or Polygon, not {}", "x".repeat(40)),
        ),
    ];
    for (faulty, expected) in table {
        let told = read(&collection(&json!([faulty]))).faults.list();
        assert_eq!(told.last().map(|(_, description)| description.as_str()), Some(expected));
    }
}

#[test]
fn what_is_not_read_may_be_anything() {
    let mut said = feature(&json!({"type": "Point", "coordinates": [73.85, 18.52], "bbox": vec![0; 1_000]}));
    said["bbox"] = json!(vec![json!([[[{}]]]); 1_000]);
    said["properties"]["nested"] = json!({"a": [{"b": []}]});
    for number in 0..100 {
        said["properties"][format!("{number:03}{}", "x".repeat(200))] = json!(null);
    }
    let mut whole = json!({"type": "FeatureCollection", "features": [said]});
    whole["generator"] = json!([[[{"features": 1}]]]);
    let file = read(&whole.to_string());
    assert_eq!((file.locations.len(), file.faults.total(), file.unread.len()), (1, 0, 32));
    assert!(file.unread.iter().all(|name| name.chars().count() == 100), "{:?}", file.unread);
}
