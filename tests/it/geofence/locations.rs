//! GetLocation and ListLocations.

use rollcall_proto::v1::{GetLocationRequest, ListLocationsRequest, Location};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, location_message},
    on_both_stores,
    world::Plan,
};
use tonic::Code;

on_both_stores!(are_listed_by_name);

async fn are_listed_by_name(kind: Kind) {
    let (mut college, other) = (College::new("riverside", 1), College::new("hillside", 0));
    let names = ["Aula", "Zoo", "Room 102", "library", "Room 12"];
    let mut locations: Vec<_> = names.map(|name| college.another_location(name, 500.0)).into();
    locations.push(college.location.clone());
    locations.sort_by(|left, right| left.name.cmp(&right.name));
    let expected: Vec<Location> = locations.iter().map(location_message).collect();
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    for actor in [class.student(0), class.teacher(), class.admin(), class.stranger()] {
        for page_size in [0, 1, 4, 6] {
            let mut request = ListLocationsRequest { page_size, page_token: String::new() };
            let mut listed = Vec::new();
            loop {
                let page = actor.geofences().list_locations(request.clone()).await.answer();
                listed.extend(page.locations);
                request.page_token = page.next_page_token;
                if request.page_token.is_empty() {
                    break;
                }
            }
            assert_eq!(listed, expected, "pages of {page_size}");
        }
        let request = GetLocationRequest { id: class.college.location.id.to_string() };
        let location = actor.geofences().get_location(request).await.answer();
        assert_eq!(location, location_message(&class.college.location));
    }
    let foreign = GetLocationRequest { id: other.location.id.to_string() };
    let refusal = class.admin().geofences().get_location(foreign).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(refusal.told("resource"), "location");
}
