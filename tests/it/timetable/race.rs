//! Of many who write the same slot at once, one succeeds.

use std::collections::BTreeSet;

use prost_types::FieldMask;
use rollcall_proto::v1::{CreateTimetableRequest, ListTimetablesRequest, Timetable, UpdateTimetableRequest};
use rollcall_tests::{Answer as _, Class, Kind, college::College, in_every_world, world::Plan};
use tonic::Code;

use super::{make, monday};

in_every_world!(one_of_many_is_made, one_of_many_moves_there);

async fn class(kind: Kind) -> Class {
    Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await
}

async fn held(class: &Class) -> Vec<Timetable> {
    class.admin().timetables().list_timetables(ListTimetablesRequest::default()).await.answer().timetables
}

async fn one_of_many_is_made(kind: Kind) {
    let class = class(kind).await;
    let tries = (0..16).map(|number| {
        let (admin, request) = (class.admin().at(number % 2).on_own_line(), monday(&class));
        tokio::spawn(async move { admin.timetables().create_timetable(request).await })
    });
    let (mut made, mut refusals) = (Vec::new(), Vec::new());
    for task in tries.collect::<Vec<_>>() {
        match task.await.expect("it ends") {
            Ok(answer) => made.push(answer.into_inner()),
            refused => refusals.push(refused.refused()),
        }
    }
    assert_eq!((made.len(), refusals.len()), (1, 15));
    for refusal in refusals {
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "SLOT_TAKEN"));
        assert_eq!(refusal.told("timetable_id"), made[0].id);
    }
    assert_eq!(held(&class).await, made);
}

async fn one_of_many_moves_there(kind: Kind) {
    let class = class(kind).await;
    let mut slots = Vec::new();
    for hour in 10..18 {
        let request = CreateTimetableRequest {
            start_time: format!("{hour}:00"),
            end_time: format!("{hour}:45"),
            ..monday(&class)
        };
        slots.push(make(&class, request).await);
    }
    let tries = slots.iter().enumerate().map(|(number, slot)| {
        let wanted = Timetable {
            id: slot.id.clone(),
            start_time: "08:00".to_owned(),
            end_time: "08:45".to_owned(),
            ..Default::default()
        };
        let request = UpdateTimetableRequest {
            timetable: Some(wanted),
            update_mask: Some(FieldMask { paths: vec!["start_time".to_owned(), "end_time".to_owned()] }),
        };
        let admin = class.admin().at(number % 2).on_own_line();
        tokio::spawn(async move { admin.timetables().update_timetable(request).await.is_ok() })
    });
    let mut moved = 0;
    for task in tries.collect::<Vec<_>>() {
        moved += usize::from(task.await.expect("it ends"));
    }
    let starts: BTreeSet<_> = held(&class).await.into_iter().map(|slot| slot.start_time).collect();
    assert_eq!((moved, starts.len()), (1, 8));
    assert!(starts.contains("08:00"));
}
