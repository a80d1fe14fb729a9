//! ImportLocations and ExportLocations: GeoJSON.

use std::time::{Duration, Instant};

use http::Method;
use rollcall_proto::{google::api::HttpBody, v1::ImportLocationsRequest};
use rollcall_tests::{Answer as _, Class, Kind, in_one_world, on_both_stores, rest::Rest};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(
    a_file_makes_and_changes_locations,
    a_faulty_file_does_nothing,
    what_is_exported_can_be_imported,
    a_large_file_takes_seconds
);
in_one_world!(a_file_is_cut_off_where_it_is_too_much);

const IMPORT: &str = "/api/v1/locations:import";

async fn send(rest: &Rest, path: &str, file: &Value) -> rollcall_tests::rest::Reply {
    let request = rest.request(Method::POST, path).header("content-type", "application/geo+json");
    rest.send(request.body(file.to_string())).await
}

fn collection(features: impl IntoIterator<Item = Value>) -> Value {
    json!({"type": "FeatureCollection", "features": features.into_iter().collect::<Vec<_>>()})
}

fn room(name: &str, latitude: f64) -> Value {
    let geometry = json!({"type": "Point", "coordinates": [77.5946, latitude]});
    json!({"type": "Feature", "properties": {"name": name, "building": "East", "radius_meters": 30}, "geometry": geometry})
}

/// A square whose lower left corner is there.
fn yard(name: &str, latitude: f64, longitude: f64) -> Value {
    let (top, right) = (latitude + 0.001, longitude + 0.001);
    let ring = [[longitude, latitude], [right, latitude], [right, top], [longitude, top], [longitude, latitude]];
    json!({
        "type": "Feature",
        "id": "way/7",
        "properties": {"name": name, "classroom_number": "Yard", "capacity": 30, "surface": "grass", "radius_meters": null},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    })
}

fn told(answer: &Value) -> [&Value; 4] {
    ["dry_run", "created", "updated", "unchanged"].map(|field| &answer[field])
}

async fn named(rest: &Rest, name: &str) -> Value {
    let page = rest.get("/api/v1/locations?page_size=500").await.answer();
    let locations = page["locations"].as_array().expect("a list").clone();
    locations.into_iter().find(|location| location["name"] == name).unwrap_or_default()
}

async fn a_file_makes_and_changes_locations(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let file = collection([room("Room 1", 12.9), yard("Yard", 12.8, 77.5), room("Room 101", 12.7)]);
    let dry = send(&rest, &format!("{IMPORT}?dry_run=true"), &file).await.answer();
    assert_eq!(told(&dry), [&json!(true), &json!(2), &json!(1), &json!(0)]);
    assert_eq!(dry["unread_properties"], json!(["surface"]));
    assert_eq!(named(&rest, "Yard").await, Value::Null, "a dry run does nothing");

    let before = named(&rest, "Room 101").await;
    let done = send(&rest, IMPORT, &file).await.answer();
    assert_eq!(told(&done), [&json!(false), &json!(2), &json!(1), &json!(0)]);
    let (yard_made, changed) = (named(&rest, "Yard").await, named(&rest, "Room 101").await);
    assert_eq!((&yard_made["classroom_number"], &yard_made["building"]), (&json!("Yard"), &json!("")));
    assert_eq!(yard_made["capacity"], 30);
    assert_eq!(yard_made["polygon"][0]["vertices"].as_array().map(Vec::len), Some(4));
    let expected = json!({"latitude": 12.7, "longitude": 77.5946, "radius_meters": 30, "building": "East"});
    for (field, value) in expected.as_object().expect("an object") {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!((&changed["id"], &changed["classroom_number"]), (&before["id"], &before["classroom_number"]));

    let again = send(&rest, IMPORT, &file).await.answer();
    assert_eq!(told(&again), [&json!(false), &json!(0), &json!(0), &json!(3)]);
    // A fence of another form under the name that it has.
    let other = collection([yard("Room 1", 12.9, 77.5), room("Yard", 12.8)]);
    let swapped = send(&rest, IMPORT, &other).await.answer();
    assert_eq!(told(&swapped), [&json!(false), &json!(0), &json!(2), &json!(0)]);
    assert_eq!(named(&rest, "Yard").await["polygon"], json!([]));
    // Nothing is at its old place for those who look a point up.
    let point = "/api/v1/locations/validate-point?lat=12.8005&lon=77.5005";
    assert_eq!(rest.get(point).await.answer()["inside"], false);

    let query = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'locations.imported'";
    // What changes nothing leaves no row.
    assert_eq!(class.world.rows().await.number(query).await, 2);
}

async fn a_faulty_file_does_nothing(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let mut crossed = yard("Crossed", 12.9, 77.5);
    crossed["geometry"]["coordinates"][0][1] = json!([77.501, 12.901]);
    crossed["geometry"]["coordinates"][0][2] = json!([77.501, 12.9]);
    let mut nowhere = room("Nowhere", 95.0);
    nowhere["properties"]["radius_meters"] = json!(0.5);
    let mut many = room("Many", 12.0);
    many["geometry"]["type"] = json!("MultiPolygon");
    let file = collection([room("Good", 12.9), crossed, nowhere, many, room("Good", 12.8), room("\u{202e}x", 12.7)]);
    let places = [
        "features[1].geometry.coordinates[0][0]",
        "features[2].geometry.coordinates[1]",
        "features[2].properties.radius_meters",
        "features[3].geometry",
        "features[4].properties.name",
        "features[5].properties.name",
    ];
    let refusal = send(&rest, IMPORT, &file).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "IMPORT_FAULTY"));
    assert_eq!(refusal.told("fault_count"), "6");
    let named_places: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(named_places, places);
    assert_eq!(named(&rest, "Good").await, Value::Null, "all or nothing");
    let dry = send(&rest, &format!("{IMPORT}?dry_run=true"), &file).await.answer();
    let faults: Vec<_> = dry["faults"].as_array().expect("a list").iter().map(|fault| fault["field"].clone()).collect();
    assert_eq!((&dry["fault_count"], json!(faults)), (&json!(6), json!(places)));

    // More faults than a refusal has room for.
    let broken = collection((0..2_000).map(|_| json!({"type": "Feature"})));
    let refusal = send(&rest, IMPORT, &broken).await.refused();
    assert_eq!((refusal.violations.len(), refusal.told("fault_count")), (32, "2000"));
    let dry = send(&rest, &format!("{IMPORT}?dry_run=true"), &broken).await.answer();
    assert_eq!((dry["faults"].as_array().map(Vec::len), &dry["fault_count"]), (Some(1_000), &json!(2_000)));

    let text = rest.request(Method::POST, IMPORT).header("content-type", "text/csv").body("name");
    let refusal = rest.send(text).await.refused();
    assert_eq!(
        (refusal.kind(), refusal.violations[0].0.as_str()),
        ((Code::InvalidArgument, "INVALID_FIELD"), "file.content_type")
    );
}

async fn what_is_exported_can_be_imported(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let mut holed = yard("Atrium", 12.8, 77.5);
    let hole = json!([[77.5002, 12.8002], [77.5002, 12.8008], [77.5008, 12.8008], [77.5002, 12.8002]]);
    holed["geometry"]["coordinates"].as_array_mut().expect("rings").push(hole);
    let awkward = room("Quote \" and ünïcode", 12.123_456_789_012_345);
    let dateline = yard("Island", -16.5, 179.999_5);
    let mut dateline = dateline;
    for position in [1, 2] {
        dateline["geometry"]["coordinates"][0][position][0] = json!(-179.999_5);
    }
    send(&rest, IMPORT, &collection([holed, awkward, dateline])).await.answer();
    let exported = rest.get("/api/v1/locations:export").await;
    assert_eq!((exported.status, exported.content_type.as_str()), (200, "application/geo+json"));
    let audit = rest.get("/api/v1/audit?action=locations.exported").await.answer();
    let actors: Vec<_> = audit["audit_rows"].as_array().expect("rows").iter().map(|row| &row["actor_id"]).collect();
    assert_eq!(actors, [&json!(class.college.admin.id)], "an export leaves a row");
    let features = exported.body["features"].as_array().expect("features");
    let names: Vec<_> =
        features.iter().map(|feature| feature["properties"]["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["Atrium", "Island", "Quote \" and ünïcode", "Room 101"]);
    assert_eq!(features[0]["geometry"]["coordinates"].as_array().map(Vec::len), Some(2));
    assert_eq!(features[1]["geometry"]["coordinates"][0][1][0], json!(-179.999_5));
    let request = rest.request(Method::POST, IMPORT).header("content-type", "application/json; charset=utf-8");
    let again = rest.send(request.body(exported.bytes)).await.answer();
    assert_eq!(told(&again), [&json!(false), &json!(0), &json!(0), &json!(4)]);
    assert_eq!(again["unread_properties"], json!([]));
}

async fn a_large_file_takes_seconds(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let grid = |number: u16| (f64::from(number % 100) / 100.0, 70.0 + f64::from(number / 100) / 100.0);
    let features = (0..10_000_u16).map(|number| {
        let (latitude, longitude) = grid(number);
        match number % 2 {
            0 => yard(&format!("Place {number}"), latitude, longitude),
            _ => room(&format!("Place {number}"), latitude),
        }
    });
    let file = collection(features).to_string();
    let mut geofences = class.admin().geofences();
    for (created, unchanged) in [(10_000, 0), (0, 10_000)] {
        let begun = Instant::now();
        let body = HttpBody {
            content_type: "application/geo+json".to_owned(),
            data: file.clone().into_bytes().into(),
            extensions: Vec::new(),
        };
        let request = ImportLocationsRequest { file: Some(body), dry_run: false };
        let told = geofences.import_locations(request).await.answer();
        assert_eq!((told.created, told.updated, told.unchanged), (created, 0, unchanged));
        // Some ten times what it takes in a test's build on an idle machine.
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    }
    let one_more = collection((0..10_001_u16).map(|number| room(&format!("Place {number}"), 1.0)));
    let refusal = send(&class.admin().rest(), IMPORT, &one_more).await.refused();
    assert_eq!((refusal.kind().1, refusal.violations[0].0.as_str()), ("IMPORT_FAULTY", "features"));
}

/// Files of nearly 8 MiB, of which each has more of one thing than there can be.
async fn a_file_is_cut_off_where_it_is_too_much(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let geometry = |of: &str, item: &str, end: &str| {
        let head = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"name":"Hall"}},"geometry":{{"type":"{of}","coordinates":["#
        );
        format!("{head}{}{end}]}}}}]}}", format!("{item},").repeat(8_000_000 / (item.len() + 1)))
    };
    let coordinates = "features[0].geometry.coordinates";
    let rings = "must have at most 100 rings: leave out some of the holes";
    let table = [
        (geometry("Point", "0", "0"), coordinates, "must have at most 4 numbers: [longitude, latitude, height]"),
        (geometry("Polygon", "[]", "[]"), coordinates, rings),
        (geometry("Polygon", "[[[]]]", "[]"), coordinates, rings),
        (
            geometry("Polygon", "[0,0]", "[0,0]").replace(":[[0,0]", ":[[[0,0]").replace("[0,0]]}", "[0,0]]]}"),
            &format!("{coordinates}[0]"),
            "takes the polygon beyond 500 vertices, which is what it may have: simplify it",
        ),
    ];
    for (file, field, description) in table {
        let request = rest.request(Method::POST, IMPORT).header("content-type", "application/geo+json");
        let refusal = rest.send(request.body(file)).await.refused();
        // And not one for each of the millions.
        assert_eq!(refusal.violations, [(field.to_owned(), description.to_owned())]);
    }
}
