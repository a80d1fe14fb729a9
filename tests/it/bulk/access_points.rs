//! Access points.

use rollcall_proto::v1::{AccessPoint, ListAccessPointsRequest};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, on_both_stores};

use super::{assert_faults, imported, two_colleges};

on_both_stores!(makes_and_changes_access_points, names_every_fault, knows_no_other_college);

async fn access_points(admin: &Actor) -> Vec<AccessPoint> {
    let request = ListAccessPointsRequest { page_size: 500, ..Default::default() };
    admin.access_points().list_access_points(request).await.answer().access_points
}

async fn makes_and_changes_access_points(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    imported(&admin, "locations", "name,latitude,longitude\nHall,1,2\n").await;
    let csv = "bssid,location,type,ssid,min_rssi_dbm\n\
         0A-5B-6C-7D-8E-9F,Room 101,wifi,Campus,-70\n\
         0a5b.6c7d.8ea0,Room 101,BLUETOOTH,,\n";
    // The path has the name as other paths have it, or as JSON does.
    assert_eq!(imported(&admin, "access-points", csv).await, [2, 0, 0]);
    assert_eq!(imported(&admin, "access_points", csv).await, [0, 0, 2]);
    assert_eq!(imported(&admin, "ACCESS_POINTS", csv).await, [0, 0, 2]);
    let csv = "bssid,location,type\n0a:5b:6c:7d:8e:9f,Hall,WIFI\n";
    assert_eq!(imported(&admin, "access-points", csv).await, [0, 1, 0]);
    let found = access_points(&admin).await;
    let told: Vec<_> =
        found.iter().map(|point| (point.bssid.as_str(), point.ssid.as_str(), point.min_rssi_dbm)).collect();
    assert!(told.contains(&("0a:5b:6c:7d:8e:9f", "Campus", -70)), "{told:?}");
    assert!(told.contains(&("0a:5b:6c:7d:8e:a0", "", -120)), "{told:?}");
    let moved = found.iter().find(|point| point.bssid.ends_with("9f")).expect("the access point");
    assert_ne!(moved.location_id, class.college.location.id.to_string());
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let before = access_points(&admin).await;
    let csv = format!(
        "bssid,location,type,ssid,min_rssi_dbm\n\
         0a:5b:6c:7d:8e:9f,Room 101,WIFI,,\n\
         02:00:00:00:00:00,Room 101,WIFI,,\n\
         ,Room 101,WIFI,,\n\
         0a:5b:6c:7d:8e:01,Cellar,WIFI,,\n\
         0a:5b:6c:7d:8e:02,,WIFI,,\n\
         0a:5b:6c:7d:8e:03,Room 101,RADIO,,\n\
         0a:5b:6c:7d:8e:04,Room 101,,,\n\
         0a:5b:6c:7d:8e:05,Room 101,WIFI,,-121\n\
         0a:5b:6c:7d:8e:06,Room 101,WIFI,,-70.5\n\
         0a:5b:6c:7d:8e:07,Room 101,WIFI,{},\n\
         0A5B6C7D8E9F,Room 101,WIFI,,\n",
        "s".repeat(201),
    );
    let expected = [
        (3, "bssid", "must be the address of one device"),
        (4, "bssid", "is required"),
        (5, "location", "is none of the college's"),
        (6, "location", "is required"),
        (7, "type", "must be WIFI or BLUETOOTH"),
        (8, "type", "is required"),
        (9, "min_rssi_dbm", "at least -120"),
        (10, "min_rssi_dbm", "must be a whole number"),
        (11, "ssid", "must have at most 200"),
        (12, "bssid", "is in line 2 already"),
    ];
    assert_faults(&admin, "access-points", &csv, &expected).await;
    assert_eq!(access_points(&admin).await, before);
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 0).await;
    let theirs = class.world.actor(&other.admin);
    imported(&theirs, "locations", "name,latitude,longitude\nTheirs,1,2\n").await;
    let csv = "bssid,location,type\n0a:5b:6c:7d:8e:9f,Theirs,WIFI\n";
    assert_faults(&class.admin(), "access-points", csv, &[(2, "location", "is none of the college's")]).await;
    assert_eq!(imported(&theirs, "access-points", csv).await, [1, 0, 0]);
    let csv = "bssid,location,type\n0a:5b:6c:7d:8e:9f,Room 101,WIFI\n";
    assert_eq!(imported(&class.admin(), "access-points", csv).await, [1, 0, 0]);
    assert_eq!(access_points(&theirs).await.len(), 1);
}
