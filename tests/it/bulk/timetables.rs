//! Weekly slots.

use rollcall_tests::{Class, Kind, on_both_stores};

use super::{assert_faults, export, imported, rows_of, two_colleges};

on_both_stores!(makes_and_changes_slots, names_every_fault, knows_no_other_college);

const HEADER: &str = "division,day_of_week,start_time,end_time,teacher_email,location,subject,valid_from,valid_to\n";

async fn makes_and_changes_slots(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    imported(&admin, "locations", "name,latitude,longitude\nHall,1,2\n").await;
    let csv = format!(
        "{HEADER}\
         A,1,09:00,10:00,teacher@riverside.example,Room 101,Compilers,2030-01-01,2030-05-31\n\
         A,1,10:00,11:30:00,teacher@riverside.example,Room 101,Networks,2030-01-01,\n\
         B,1,9:00,10:00,teacher2@riverside.example,Hall,Compilers,2030-01-01,\n"
    );
    assert_eq!(imported(&admin, "timetables", &csv).await, [3, 0, 0]);
    assert_eq!(imported(&admin, "timetables", &csv).await, [0, 0, 3]);
    // Two slots change places: neither is in the other's way.
    let csv = format!(
        "{HEADER}\
         A,1,09:00,10:00,teacher@riverside.example,Hall,Compilers,2030-01-01,2030-05-31\n\
         B,1,09:00,10:00,teacher2@riverside.example,Room 101,Compilers,2030-01-01,\n"
    );
    assert_eq!(imported(&admin, "timetables", &csv).await, [0, 2, 0]);
    assert_eq!(imported(&admin, "timetables", &export(&admin, "timetables").await).await, [0, 0, 3]);
    // Without a first day the slot that holds today is meant, or one from today on.
    let csv = "division,day_of_week,start_time,end_time,teacher_email,location,subject\n\
               A,7,09:00,10:00,teacher@riverside.example,Hall,Rust\n";
    assert_eq!(imported(&admin, "timetables", csv).await, [1, 0, 0]);
    class.world.advance(24 * 3600).await;
    assert_eq!(imported(&admin, "timetables", csv).await, [0, 0, 1]);
    assert_eq!(imported(&admin, "timetables", &csv.replace("Rust", "Rust II")).await, [0, 1, 0]);
    assert_eq!(rows_of(&export(&admin, "timetables").await).len(), 4);
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let (t, u) = ("teacher@riverside.example", "teacher2@riverside.example");
    let held = format!("{HEADER}A,2,09:00,10:00,{t},Room 101,Compilers,2030-01-01,\n");
    imported(&admin, "timetables", &held).await;
    imported(&admin, "locations", "name,latitude,longitude\nHall,1,2\n").await;
    let csv = format!(
        "{HEADER}\
         A,1,09:00,10:00,{t},Room 101,Compilers,2030-01-01,\n\
         B,1,09:30,10:30,{u},Room 101,Networks,2030-01-01,\n\
         B,2,09:59,10:30,{u},Room 101,Networks,2030-01-01,\n\
         Z,3,09:00,10:00,nobody@riverside.example,Cellar,Networks,2030-01-01,\n\
         A,3,09:00,10:00,student000@riverside.example,Hall,Networks,2030-01-01,\n\
         A,8,24:00,noon,{t},Hall,,2030-01-01,\n\
         A,4,10:00,09:00,{t},Hall,Networks,2030-01-02,2030-01-01\n\
         A,1,09:00,10:00,{t},Hall,Compilers,2030-01-01,\n\
         A,,09:00,10:00,{t},Hall,Compilers,,\n"
    );
    let expected = [
        (2, "start_time", "is taken"),
        (3, "start_time", "It is in line 2."),
        (4, "start_time", "the location is taken by Compilers"),
        (5, "division", "is none of the college's"),
        (5, "teacher_email", "is nobody's"),
        (5, "location", "is none of the college's"),
        (6, "teacher_email", "is not an active teacher's"),
        (7, "day_of_week", "at most 7"),
        (7, "start_time", "nothing goes over midnight"),
        (7, "end_time", "must be a time of day"),
        (7, "subject", "is required"),
        (8, "end_time", "must be after the start"),
        (8, "valid_to", "must not be before the first day"),
        (9, "start_time", "is in line 2 already"),
        (10, "day_of_week", "is required"),
    ];
    assert_faults(&admin, "timetables", &csv, &expected).await;
    assert_eq!(rows_of(&export(&admin, "timetables").await).len(), 1);
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 0).await;
    let theirs = class.world.actor(&other.admin);
    let csv = format!("{HEADER}A,1,09:00,10:00,{},Room 101,Compilers,2030-01-01,\n", other.teacher.email);
    assert_faults(&class.admin(), "timetables", &csv, &[(2, "teacher_email", "is nobody's")]).await;
    assert_eq!(imported(&theirs, "timetables", &csv).await, [1, 0, 0]);
    // The rooms of the two have the same name and are two.
    let csv = csv.replace("hillside", "riverside");
    assert_eq!(imported(&class.admin(), "timetables", &csv).await, [1, 0, 0]);
}
