//! Locations.

use rollcall_proto::v1::{ListLocationsRequest, Location, ValidatePointRequest};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_every_world, on_both_stores};

use super::{assert_faults, export, imported, rows_of, two_colleges};

on_both_stores!(makes_and_changes_locations, takes_polygons, names_every_fault, knows_no_other_college);
in_every_world!(moves_a_fence_at_once);

async fn locations(admin: &Actor) -> Vec<Location> {
    let request = ListLocationsRequest { page_size: 500, ..Default::default() };
    admin.geofences().list_locations(request).await.answer().locations
}

async fn makes_and_changes_locations(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let csv = "name;latitude;longitude;radius_meters;building;classroom_number;capacity\n\
               Hall;-33,8688;-151,2093;;Main;;120\n\
               Room 101;12.9716;77.5946;75,5;Main;101;\n";
    assert_eq!(imported(&admin, "locations", csv).await, [1, 1, 0]);
    assert_eq!(imported(&admin, "locations", csv).await, [0, 0, 2]);
    let found = locations(&admin).await;
    assert_eq!((found[0].name.as_str(), found[0].latitude, found[0].longitude), ("Hall", -33.8688, -151.2093));
    assert_eq!((found[0].radius_meters, found[0].building.as_str()), (50.0, "Main"));
    assert_eq!((found[0].capacity, found[1].capacity), (120, 0));
    assert_eq!((found[1].radius_meters, found[1].classroom_number.as_str()), (75.5, "101"));
    let csv = "name,latitude,longitude\nRoom 101,12.9716,77.5946\n";
    assert_eq!(imported(&admin, "locations", csv).await, [0, 0, 1]);
    // Negative numbers stay numbers on their way out.
    let exported = rows_of(&export(&admin, "locations").await);
    assert_eq!(exported[0], ["Hall", "-33.8688", "-151.2093", "50", "Main", "", "120", ""]);
}

async fn takes_polygons(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let square = r#"{"type":"Polygon","coordinates":[[[77.594,12.971],[77.595,12.971],[77.595,12.972],[77.594,12.972],[77.594,12.971]]]}"#;
    let cell = format!("\"{}\"", square.replace('"', "\"\""));
    let header = "name,latitude,longitude,radius_meters,polygon\n";
    let csv = format!("{header}Yard,,,,{cell}\nRoom 101,12.9716,77.5946,50,\n");
    assert_eq!(imported(&admin, "locations", &csv).await, [1, 0, 1]);
    assert_eq!(imported(&admin, "locations", &csv).await, [0, 0, 2]);
    let inside = ValidatePointRequest { lat: Some(12.9719), lon: Some(77.5941) };
    let told = admin.geofences().validate_point(inside).await.answer();
    assert_eq!((told.inside, told.location_name.as_str()), (true, "Yard"));
    assert_eq!(imported(&admin, "locations", &export(&admin, "locations").await).await, [0, 0, 2]);
    // Whoever says nothing of polygons does not mean to take one away.
    let csv = "name,latitude,longitude\nYard,12.9715,77.5945\n";
    assert_faults(&admin, "locations", csv, &[(2, "name", "has a polygon")]).await;
    // Its radius was the polygon's, so that a circle without one has the default.
    let csv = format!("{header}Yard,12.9715,77.5945,,\n");
    assert_eq!(imported(&admin, "locations", &csv).await, [0, 1, 0]);
    assert_eq!(locations(&admin).await[1].radius_meters, 50.0);
    // Other digits for the same place.
    let csv = format!("{header}Yard,12.9715000000001,77.5945,50.0000000001,\n");
    assert_eq!(imported(&admin, "locations", &csv).await, [0, 0, 1]);
    assert!(locations(&admin).await.iter().all(|location| location.polygon.is_empty()));
    let bow = square.replace("[77.595,12.972],[77.594,12.972]", "[77.594,12.972],[77.595,12.972]").replace('"', "\"\"");
    let csv = format!("{header}Bow,,,,\"{bow}\"\nLine,,,,\"{{\"\"type\"\":\"\"Point\"\"}}\"\n");
    let expected = [(2, "polygon", "which meets that from vertex"), (3, "polygon", "must be a GeoJSON geometry")];
    assert_faults(&admin, "locations", &csv, &expected).await;
    let open = square.replace(",[77.594,12.971]]", "]").replace('"', "\"\"");
    let many = format!("[{}]", vec!["[[0,0],[1,0],[0,1],[0,0]]"; 101].join(","));
    let csv = format!(
        "{header}Open,,,,\"{open}\"\nMany,,,,\"{{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":{many}}}\"\n\
         Bad,91,0,,\nBad,12,77,,\n"
    );
    let expected = [
        (2, "polygon", "must be closed: its last position is not its first (coordinates[0])"),
        (3, "polygon", "must have at most 100 rings"),
        // A faulty row does not keep another one from having its name.
        (4, "latitude", "at most 90"),
    ];
    assert_faults(&admin, "locations", &csv, &expected).await;
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let before = locations(&admin).await;
    let csv = format!(
        "name,latitude,longitude,radius_meters,building,classroom_number\n\
         Good,12.9,77.5,50,,\n\
         ,12.9,77.5,50,,\n\
         Bad 1,,77.5,50,,\n\
         Bad 2,90.1,-180.1,0.5,,\n\
         Bad 3,north,inf,NaN,,\n\
         Bad 4,\"12,9\",77.5,50,,\n\
         Bad 5,12.9,77.5,100001,{},{}\n\
         Good,12.9,77.5,50,,\n",
        "b".repeat(201),
        "c".repeat(51),
    );
    let expected = [
        (3, "name", "is required"),
        (4, "latitude", "is required"),
        (5, "latitude", "at most 90"),
        (5, "longitude", "at least -180"),
        (5, "radius_meters", "at least 1"),
        (6, "latitude", "must be a number"),
        (6, "longitude", "must be a number"),
        (6, "radius_meters", "must be a number"),
        (7, "latitude", "must be a number"),
        (8, "radius_meters", "at most 100000"),
        (8, "building", "must have at most 200 characters"),
        (8, "classroom_number", "must have at most 50 characters"),
        (9, "name", "is in line 2 already"),
    ];
    assert_faults(&admin, "locations", &csv, &expected).await;
    assert_eq!(locations(&admin).await, before);
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 0).await;
    let theirs = class.world.actor(&other.admin);
    let before = locations(&theirs).await;
    assert_eq!(imported(&class.admin(), "locations", "name,latitude,longitude\nRoom 101,1,2\n").await, [0, 1, 0]);
    assert_eq!(locations(&theirs).await, before);
}

async fn moves_a_fence_at_once(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.check_in(0).await;
    let request = class.request().await;
    let csv = "name,latitude,longitude\nRoom 101,13.9716,77.5946\n";
    assert_eq!(imported(&class.admin(), "locations", csv).await, [0, 1, 0]);
    let csv = "division,student_email\nA,stranger@riverside.example\n";
    imported(&class.admin(), "enrolments", csv).await;
    let refusal = class.stranger().check_ins().check_in(request).await.refused();
    assert_eq!(refusal.reason, "OUTSIDE_GEOFENCE");
}
