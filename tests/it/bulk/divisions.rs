//! Divisions.

use rollcall_proto::v1::ListDivisionsRequest;
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, on_both_stores};

use super::{assert_faults, imported, two_colleges};

on_both_stores!(makes_and_changes_divisions, names_every_fault, knows_no_other_college);

async fn divisions(admin: &Actor) -> Vec<(String, String)> {
    let told = admin.divisions().list_divisions(ListDivisionsRequest::default()).await.answer().divisions;
    told.into_iter().map(|division| (division.name, division.description)).collect()
}

async fn makes_and_changes_divisions(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let csv = "name,description\nA,Changed\nB,Division B\nC,\"With a comma, and a \"\"quote\"\"\"\nD,\n";
    assert_eq!(imported(&admin, "divisions", csv).await, [2, 1, 1]);
    assert_eq!(imported(&admin, "divisions", csv).await, [0, 0, 4]);
    // Without the column descriptions stay.
    assert_eq!(imported(&admin, "divisions", "Name\nA\nE\n").await, [1, 0, 1]);
    let expected =
        [("A", "Changed"), ("B", "Division B"), ("C", "With a comma, and a \"quote\""), ("D", ""), ("E", "")];
    let found = divisions(&admin).await;
    assert_eq!(found, expected.map(|(name, description)| (name.to_owned(), description.to_owned())));
    // An empty text is a text.
    assert_eq!(imported(&admin, "divisions", "name,description\nA,\n").await, [0, 1, 0]);
    assert_eq!(divisions(&admin).await[0].1, "");
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let before = divisions(&admin).await;
    let csv = format!("name,description\nC,\n,Nameless\n{},\nC,Again\nD,{}\n", "n".repeat(201), "d".repeat(2001));
    let expected = [
        (3, "name", "is required"),
        (4, "name", "must have at most"),
        (5, "name", "is in line 2 already"),
        (6, "description", "must have at most"),
    ];
    assert_faults(&admin, "divisions", &csv, &expected).await;
    assert_eq!(divisions(&admin).await, before);
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 0).await;
    assert_eq!(imported(&class.admin(), "divisions", "name,description\nA,Mine\n").await, [0, 1, 0]);
    assert_eq!(divisions(&class.world.actor(&other.admin)).await[0].1, "Division A");
}
