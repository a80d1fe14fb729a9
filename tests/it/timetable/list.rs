//! ListTimetables.

use chrono::Days;
use rollcall_proto::v1::{ListTimetablesRequest, Timetable};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, seed::Role, world::Plan,
};
use tonic::Code;
use uuid::Uuid;

use super::{make, monday};
use crate::division::today;

on_both_stores!(pages_and_filters, shows_students_their_divisions, refuses_a_foreign_page_token);

async fn all(actor: &Actor, mut request: ListTimetablesRequest) -> Vec<Timetable> {
    let mut slots = Vec::new();
    loop {
        let page = actor.timetables().list_timetables(request.clone()).await.answer();
        let full = usize::try_from(request.page_size).expect("a size");
        assert!(full == 0 || page.timetables.len() <= full);
        assert!(page.next_page_token.is_empty() || page.timetables.len() == full, "a page in the middle is full");
        slots.extend(page.timetables);
        if page.next_page_token.is_empty() {
            return slots;
        }
        request.page_token = page.next_page_token;
    }
}

/// Eight slots in the order of the week, of two divisions, teachers and locations; some begin at the same time, and some are
/// over.
async fn class_in_slots(kind: Kind) -> (Class, Vec<Timetable>, Uuid) {
    let mut college = College::new("riverside", 1);
    let elsewhere = college.another_location("Room 102", 300.0).id;
    let class = Class::of(Plan::new(kind), college).await;
    let mut slots = Vec::new();
    for number in 0..8 {
        let mut request = monday(&class);
        request.day_of_week = 1 + number / 4;
        let hour = 9 + number % 4 / 2;
        (request.start_time, request.end_time) = (format!("{hour:02}:00"), format!("{hour:02}:30"));
        if number % 2 == 1 {
            request.division_id = class.college.other_division.id.to_string();
            request.teacher_id = class.college.other_teacher.id.to_string();
            request.location_id = elsewhere.to_string();
            request.valid_to = Some("2026-05-31".to_owned());
        }
        slots.push(make(&class, request).await);
    }
    // Made last, and the first of its day.
    let mut early = monday(&class);
    (early.day_of_week, early.start_time, early.end_time) = (2, "07:00".to_owned(), "08:00".to_owned());
    slots.push(make(&class, early).await);
    slots.sort_by_key(|slot| (slot.day_of_week, slot.start_time.clone(), slot.id.clone()));
    (class, slots, elsewhere)
}

async fn pages_and_filters(kind: Kind) {
    let (class, slots, elsewhere) = class_in_slots(kind).await;
    let expected = |keep: &dyn Fn(&Timetable) -> bool| -> Vec<Timetable> {
        slots.iter().filter(|slot| keep(slot)).cloned().collect()
    };
    let nothing = ListTimetablesRequest::default;
    for actor in [class.admin(), class.teacher(), class.other_teacher()] {
        for page_size in [0, 1, 2, 3, 9, 500] {
            let request = ListTimetablesRequest { page_size, ..nothing() };
            assert_eq!(all(&actor, request).await, expected(&|_| true), "pages of {page_size}");
        }
    }
    let admin = class.admin();
    let division = class.college.division.id.to_string();
    let teacher = class.college.other_teacher.id.to_string();
    let location = elsewhere.to_string();
    let of_division = ListTimetablesRequest { page_size: 2, division_id: Some(division.clone()), ..nothing() };
    assert_eq!(all(&admin, of_division).await, expected(&|slot| slot.division_id == division));
    let of_teacher = ListTimetablesRequest { page_size: 3, teacher_id: Some(teacher.clone()), ..nothing() };
    assert_eq!(all(&admin, of_teacher).await, expected(&|slot| slot.teacher_id == teacher));
    let at_location = ListTimetablesRequest { location_id: Some(location.clone()), ..nothing() };
    assert_eq!(all(&admin, at_location).await, expected(&|slot| slot.location_id == location));
    let of_day = ListTimetablesRequest { page_size: 1, day_of_week: Some(2), ..nothing() };
    assert_eq!(all(&admin, of_day).await, expected(&|slot| slot.day_of_week == 2));
    for (day, number) in [("2026-01-04", 0), ("2026-01-05", 9), ("2026-05-31", 9), ("2026-06-01", 5)] {
        let valid = ListTimetablesRequest { valid_on: Some(day.to_owned()), ..nothing() };
        assert_eq!(all(&admin, valid).await.len(), number, "{day}");
    }
    let both = ListTimetablesRequest { day_of_week: Some(1), teacher_id: Some(teacher.clone()), ..nothing() };
    assert_eq!(all(&admin, both).await, expected(&|slot| slot.day_of_week == 1 && slot.teacher_id == teacher));
    let nowhere = ListTimetablesRequest { location_id: Some(Uuid::now_v7().to_string()), ..nothing() };
    assert_eq!(all(&admin, nowhere).await, []);
    for (request, field) in [
        (ListTimetablesRequest { day_of_week: Some(8), ..nothing() }, "day_of_week"),
        (ListTimetablesRequest { page_size: -1, ..nothing() }, "page_size"),
        (ListTimetablesRequest { valid_on: Some("2026-02-30".to_owned()), ..nothing() }, "valid_on"),
    ] {
        let refusal = admin.timetables().list_timetables(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
        assert_eq!(refusal.violations[0].0, field);
    }
}

async fn shows_students_their_divisions(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let division = college.other_division.clone();
    let left = college.another_person("left", Role::Student);
    college.enrol(&left, &division);
    college.more.enrolments.last_mut().expect("the enrolment").to_date = Some(today() - Days::new(1));
    let class = Class::of(Plan::new(kind), college).await;
    let own = make(&class, monday(&class)).await;
    let mut other = monday(&class);
    (other.division_id, other.day_of_week) = (class.college.other_division.id.to_string(), 2);
    let other = make(&class, other).await;
    let request = ListTimetablesRequest::default;
    assert_eq!(all(&class.student(0), request()).await, std::slice::from_ref(&own));
    let narrowed = ListTimetablesRequest { division_id: Some(other.division_id.clone()), ..request() };
    assert_eq!(all(&class.student(0), narrowed).await, []);
    for nobody in [class.stranger(), class.world.actor(&left)] {
        assert_eq!(all(&nobody, request()).await, []);
        let hidden = nobody.rest().get(&format!("/api/v1/timetables/{}", other.id)).await.refused();
        assert_eq!((hidden.kind(), hidden.told("resource")), ((Code::NotFound, "NOT_FOUND"), "timetable"));
    }
    assert_eq!(all(&class.other_teacher(), request()).await, [own, other]);
}

async fn refuses_a_foreign_page_token(kind: Kind) {
    let (class, _, _) = class_in_slots(kind).await;
    let first = ListTimetablesRequest { page_size: 1, ..Default::default() };
    let token = class.admin().timetables().list_timetables(first.clone()).await.answer().next_page_token;
    let with = |page_token: &str| ListTimetablesRequest { page_token: page_token.to_owned(), ..first.clone() };
    for (actor, request) in [
        (class.teacher(), with(&token)),
        (class.admin(), ListTimetablesRequest { day_of_week: Some(1), ..with(&token) }),
        (class.admin(), with("nonsense")),
    ] {
        let refusal = actor.timetables().list_timetables(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
}
