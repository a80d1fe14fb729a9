//! CreatePunches: many at once, each by itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use rollcall_proto::v1::{
    CreatePunchRequest, CreatePunchesRequest, CreatePunchesResponse, Employee, ErrorReason, punch::EventType,
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_every_world, on_both_stores};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{at, days_ago, employ, punch, punches_of, sums, workforce};

in_every_world!(tells_what_became_of_each, sixty_four_clients_store_each_once);
on_both_stores!(takes_ten_thousand_and_no_more);

/// Sends a list.
pub async fn send_all(admin: &Actor, punches: Vec<CreatePunchRequest>) -> CreatePunchesResponse {
    workforce(admin).create_punches(CreatePunchesRequest { punches }).await.answer()
}

/// So many punches, a minute apart, an IN and an OUT in turn.
pub fn minutes(class: &Class, employee: &Employee, count: usize) -> Vec<CreatePunchRequest> {
    let begun: DateTime<Utc> = at(days_ago(class, 20), "00:00:00").parse().expect("a time");
    (0..count)
        .map(|number| {
            let minutes = i64::try_from(number).expect("a few");
            let text = (begun + TimeDelta::minutes(minutes)).to_rfc3339();
            let event_type = if number % 2 == 0 { EventType::In } else { EventType::Out };
            // Every third has a name.
            let event_id = if number % 3 == 0 { format!("{}/{number}", employee.id) } else { String::new() };
            CreatePunchRequest { event_id, ..punch(employee, event_type, &text) }
        })
        .collect()
}

async fn tells_what_became_of_each(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 1);
    let (begin, end) = (at(date, "09:00:00"), at(date, "17:00:00"));
    let good = CreatePunchRequest { event_id: "gate/1".to_owned(), ..punch(&employee, EventType::In, &begin) };
    let list = vec![
        good.clone(),
        punch(&employee, EventType::Out, &end),
        CreatePunchRequest { employee_id: Uuid::now_v7().to_string(), ..punch(&employee, EventType::In, &begin) },
        punch(&employee, EventType::In, "2026-03-02T08:58:30"),
        // Twice in one list, once by its name and once by its instant.
        good.clone(),
        punch(&employee, EventType::Out, &end),
        CreatePunchRequest { event_type: EventType::Out.into(), ..good.clone() },
        punch(&employee, EventType::Unspecified, &begin),
        CreatePunchRequest { employee_id: String::new(), ..good.clone() },
        CreatePunchRequest { event_id: "x".repeat(129), ..good.clone() },
        CreatePunchRequest { event_id: "gate/2".to_owned(), time_zone: "Europe/Berlin".to_owned(), ..good.clone() },
        CreatePunchRequest {
            location_id: Some(Uuid::now_v7().to_string()),
            ..punch(&employee, EventType::BreakIn, &begin)
        },
        punch(&employee, EventType::BreakOut, &at(date, "12:00:00")),
    ];
    let told = send_all(&admin, list.clone()).await;
    assert_eq!((told.stored_count, told.replayed_count, told.refused_count), (3, 2, 8), "{told:?}");
    assert_eq!(told.results.len(), list.len());
    let stored: BTreeMap<_, _> =
        punches_of(&admin, &employee).await.into_iter().map(|punch| (punch.id, punch.event_time)).collect();
    assert_eq!(stored.len(), 3);
    for (number, result) in told.results.iter().enumerate() {
        let refused = match number {
            2 => Some((ErrorReason::NotFound, "employee_id")),
            3 => Some((ErrorReason::InvalidField, "event_time")),
            6 => Some((ErrorReason::EventIdReused, "event_id")),
            7 => Some((ErrorReason::InvalidField, "event_type")),
            8 => Some((ErrorReason::InvalidField, "employee_id")),
            9 => Some((ErrorReason::InvalidField, "event_id")),
            10 => Some((ErrorReason::InvalidField, "time_zone")),
            11 => Some((ErrorReason::NotFound, "location_id")),
            _ => None,
        };
        match refused {
            Some((reason, field)) => {
                assert_eq!((result.reason(), &*result.field), (reason, field), "{number}: {result:?}");
                assert!(result.id.is_empty() && !result.replayed && !result.message.is_empty(), "{number}: {result:?}");
            }
            None => {
                assert_eq!(stored[&result.id], list[number].event_time, "{number}: {result:?}");
                assert_eq!(result.replayed, matches!(number, 4 | 5), "{number}: {result:?}");
                assert!(result.reason == 0 && result.message.is_empty() && result.field.is_empty(), "{result:?}");
            }
        }
    }
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 8.0)]);

    // The same list again changes nothing, and says so.
    let again = send_all(&admin, list).await;
    assert_eq!((again.stored_count, again.replayed_count, again.refused_count), (0, 5, 8), "{again:?}");
    for (one, other) in told.results.iter().zip(&again.results) {
        assert_eq!((&one.id, one.reason, &one.field), (&other.id, other.reason, &other.field));
    }
    assert_eq!(punches_of(&admin, &employee).await.len(), 3);

    // Over REST the form of a list is checked before anything in it.
    let body = json!({"punches": [{"employee_id": employee.id, "event_type": "IN", "event_time": begin, "x": 1}]});
    let refusal = admin.rest().post("/api/v1/workforce/attendance:batch", &body).await.refused();
    assert_eq!(refusal.kind().0, Code::InvalidArgument);
}

async fn sixty_four_clients_store_each_once(kind: Kind) {
    const CLIENTS: u64 = 64;
    const PUNCHES: usize = 2_000;
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employees = [employ(&admin, "Receptionist").await, employ(&admin, "Porter").await];
    let list: Vec<_> =
        employees.iter().flat_map(|employee| minutes(&class, employee, PUNCHES / employees.len())).collect();
    let lines: Vec<_> = (0..8).map(|_| admin.on_own_line()).collect();
    let clients = (0..CLIENTS).map(|number| {
        let line = lines[usize::try_from(number).expect("a few") % lines.len()].clone();
        let mut order: Vec<usize> = (0..PUNCHES).collect();
        // Each in an order of its own, so that they meet everywhere.
        order.shuffle(&mut StdRng::seed_from_u64(number));
        let list = &list;
        async move {
            let (mut stored, mut ids) = (0, BTreeMap::new());
            for places in order.chunks(500) {
                let part = places.iter().map(|&place| list[place].clone()).collect();
                let told = send_all(&line, part).await;
                assert_eq!(told.refused_count, 0, "{:?}", told.results.iter().find(|result| result.id.is_empty()));
                stored += told.stored_count;
                ids.extend(places.iter().copied().zip(told.results.into_iter().map(|result| result.id)));
            }
            (stored, ids)
        }
    });
    let told = join_all(clients).await;
    assert_eq!(told.iter().map(|(stored, _)| usize::try_from(*stored).expect("a count")).sum::<usize>(), PUNCHES);
    for (_, ids) in &told {
        assert_eq!(ids, &told[0].1, "everybody is told the same ids");
    }
    assert_eq!(told[0].1.values().collect::<BTreeSet<_>>().len(), PUNCHES);
    for employee in &employees {
        assert_eq!(punches_of(&admin, employee).await.len(), PUNCHES / employees.len());
        // An IN and an OUT in turn: every other minute counts.
        let expected = f64::from(u32::try_from(PUNCHES / employees.len() / 2).expect("a few")) / 60.0;
        let found: f64 = sums(&admin, employee).await.iter().map(|(_, hours)| hours).sum();
        assert!((found - expected).abs() < 0.001, "{found} {expected}");
    }
}

async fn takes_ten_thousand_and_no_more(kind: Kind) {
    const MOST: usize = 10_000;
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let mut list = minutes(&class, &employee, MOST + 1);
    for wrong in [Vec::new(), list.clone()] {
        let refusal = workforce(&admin).create_punches(CreatePunchesRequest { punches: wrong }).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
        assert_eq!(refusal.violations[0].0, "punches");
    }
    assert_eq!(punches_of(&admin, &employee).await, []);
    list.truncate(MOST);
    let told = send_all(&admin, list.clone()).await;
    assert_eq!((told.stored_count, told.replayed_count, told.refused_count), (10_000, 0, 0));
    let again = send_all(&admin, list).await;
    assert_eq!((again.stored_count, again.replayed_count, again.refused_count), (0, 10_000, 0));
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM punches").await, 10_000);
}
