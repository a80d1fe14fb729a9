//! Of another address the one before is told.

use prost_types::FieldMask;
use rollcall_proto::v1::{UpdateUserRequest, User};
use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores};

use super::{all_done, invited, plan};

on_both_stores!(that_was_somebodys_is_told_of_the_next);

async fn that_was_somebodys_is_told_of_the_next(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let (admin, student) = (class.admin(), &class.college.students[0]);
    let change = async |id: String, email: &str, field: &str| {
        let user = User { id, email: email.to_owned(), username: "Renamed".to_owned(), ..Default::default() };
        let update_mask = Some(FieldMask { paths: vec![field.to_owned()] });
        admin.users().update_user(UpdateUserRequest { user: Some(user), update_mask }).await.answer();
    };
    let elsewhere = "elsewhere@riverside.example";
    change(student.id.to_string(), elsewhere, "username").await;
    change(student.id.to_string(), &student.email.to_uppercase(), "email").await;
    change(student.id.to_string(), elsewhere, "email").await;
    let told = class.world.mail().message(&student.email, 1).await;
    assert_eq!(told.subject, "College of riverside: your address was changed");
    assert!(!told.text.contains(elsewhere) && !told.text.contains("http"), "{}", told.text);
    // Nobody has shown that this one was theirs.
    let maple = invited(&admin, "maple").await;
    class.world.mail().message(&maple.email, 1).await;
    change(maple.id, "maple2@riverside.example", "email").await;
    all_done(&class.world.rows().await).await;
    assert_eq!(class.world.mail().messages().len(), 2);
}
