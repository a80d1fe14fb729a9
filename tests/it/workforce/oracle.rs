//! The rule of the hours, held against a computation that shares nothing with the server (`oracle.py`), and what must
//! not matter to it.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_util::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use rollcall_proto::v1::{
    CorrectPunchRequest, CreatePunchRequest, DailySummaryRow, Employee, GetWorkHoursRequest, WorkHoursRow,
    punch::EventType,
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_every_world, on_both_stores};
use serde_json::{Value, json};

use super::{batch::send_all, employ_in, hours, ins, move_to, workforce, year};

in_every_world!(agrees_about_a_year_in_forty_zones);
on_both_stores!(does_not_mind_in_which_order_punches_come);

/// How many punches are corrected.
const CORRECTIONS: usize = 200;

async fn agrees_about_a_year_in_forty_zones(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let mut dice = StdRng::seed_from_u64(7);
    let until = class.world.clock().now() - TimeDelta::days(3);
    let mut employees = Vec::new();
    let mut all = Vec::new();
    for name in year::ZONES {
        let zone: Tz = name.parse().expect("a zone");
        let employee = employ_in(&admin, "Receptionist", name).await;
        all.extend(year::punches(&employee, zone, until, 358, &mut dice));
        employees.push(employee);
    }
    all.shuffle(&mut dice);
    // What was stored, by its id: a list that is sent twice is stored once.
    let mut stored = BTreeMap::new();
    for (number, list) in all.chunks(2_000).enumerate() {
        let times = if number % 4 == 0 { 2 } else { 1 };
        for _ in 0..times {
            let told = send_all(&admin, list.to_vec()).await;
            assert_eq!(told.refused_count, 0, "{:?}", told.results.iter().find(|result| result.id.is_empty()));
            for (request, result) in list.iter().zip(told.results) {
                if !result.replayed {
                    stored.insert(result.id, request.clone());
                }
            }
        }
    }
    assert!(stored.len() > 10_000, "{}", stored.len());
    let zones: BTreeMap<_, _> = employees.iter().zip(year::ZONES).map(|(one, zone)| (one.id.clone(), zone)).collect();
    let mut lines: Vec<Value> = stored
        .iter()
        .map(|(id, request)| {
            json!({
                "id": id,
                "employee": request.employee_id,
                "zone": zones[&request.employee_id],
                "type": request.event_type().as_str_name(),
                "time": request.event_time,
                "corrects": null,
                "void": false,
            })
        })
        .collect();
    agree(&admin, &employees, &lines, 16.0).await;

    let corrected = correct_some(&admin, &stored, &mut dice).await;
    for (line, correction) in corrected {
        let mut made = lines[line].clone();
        made["corrects"] = made["id"].take();
        for (field, value) in correction.as_object().expect("fields") {
            made[field] = value.clone();
        }
        lines.push(made);
    }
    agree(&admin, &employees, &lines, 16.0).await;
    agree(&admin, &employees, &lines, 7.5).await;
}

/// Corrects some punches. Gives the place of each, and what its correction has instead.
async fn correct_some(
    admin: &Actor,
    stored: &BTreeMap<String, CreatePunchRequest>,
    dice: &mut StdRng,
) -> Vec<(usize, Value)> {
    let mut places: Vec<usize> = (0..stored.len()).collect();
    places.shuffle(dice);
    let ids: Vec<&String> = stored.keys().collect();
    let mut requests = Vec::new();
    for (number, place) in places.into_iter().take(CORRECTIONS).enumerate() {
        let mut request = CorrectPunchRequest {
            id: ids[place].clone(),
            reason: "The gate said otherwise.".to_owned(),
            ..CorrectPunchRequest::default()
        };
        match number % 3 {
            0 => request.is_void = true,
            1 => {
                let was_in = stored[ids[place]].event_type() == EventType::In;
                request.event_type = if was_in { EventType::Out } else { EventType::In }.into();
            }
            // Some other second of the same day, as a clock in UTC shows it.
            _ => {
                let (hour, second) = (dice.random_range(0..24), dice.random_range(0..60));
                request.event_time = format!("{}T{hour:02}:30:{second:02}Z", &stored[ids[place]].event_time[..10]);
            }
        }
        requests.push((place, request));
    }
    let calls = requests.into_iter().map(|(place, request)| async move {
        let made = workforce(admin).correct_punch(request).await.answer();
        let event_type = made.event_type().as_str_name();
        (place, json!({"id": made.id, "type": event_type, "time": made.event_time, "void": made.is_void}))
    });
    stream::iter(calls).buffer_unordered(8).collect().await
}

/// Whether the server says of every employee what the oracle says.
async fn agree(admin: &Actor, employees: &[Employee], punches: &[Value], max_hours: f64) {
    let told = oracle(&json!({"max_hours": max_hours, "punches": punches}));
    let of = |list: &str, employee: &Employee| -> Vec<Value> {
        let rows = told[list].as_array().expect("rows").iter();
        rows.filter(|row| row["employee"] == employee.id.as_str()).cloned().collect()
    };
    let mut clamped = 0;
    for employee in employees {
        let request = GetWorkHoursRequest {
            days: Some(366),
            max_hours: Some(max_hours),
            employee_id: Some(employee.id.clone()),
            ..GetWorkHoursRequest::default()
        };
        let found = workforce(admin).get_work_hours(request).await.answer().rows;
        let expected = of("hours", employee);
        assert!(expected.len() > 50, "{}: {} days", employee.time_zone, expected.len());
        assert_eq!(found.len(), expected.len(), "{}", employee.time_zone);
        for (row, expected) in found.iter().zip(&expected) {
            let sum = expected["hours"].as_f64().expect("hours");
            assert!((row.hours - sum).abs() < 0.000_051, "{}: {row:?} {expected}", employee.time_zone);
            let digits = row.hours * 10_000.0;
            assert!((digits - digits.round()).abs() < 0.000_01, "four digits: {row:?}");
            assert_eq!(segments(row), expected["segments"], "{}: {row:?}", employee.time_zone);
            assert_eq!(expected["date"], row.date, "{}: {row:?}", employee.time_zone);
            clamped += row.segments.iter().filter(|segment| segment.clamped).count();
        }
        let counted =
            |row: DailySummaryRow| json!({"employee": row.employee_id, "date": row.date, "count": row.in_count});
        let found: Vec<Value> = ins(admin, employee).await.into_iter().map(counted).collect();
        assert_eq!(found, of("ins", employee), "{}", employee.time_zone);
    }
    assert!(clamped > 0, "some OUTs were forgotten");
}

fn segments(row: &WorkHoursRow) -> Value {
    let segments = row.segments.iter();
    segments.map(|segment| json!({"in": segment.r#in, "out": segment.out, "clamped": segment.clamped})).collect()
}

fn oracle(input: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/workforce/oracle.py");
    let mut process =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python");
    process.stdin.take().expect("its input").write_all(input.to_string().as_bytes()).expect("it reads");
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What two employees did is the same; of the one it comes in its order and at once, of the other in any order, bit by
/// bit, and is asked for in between.
async fn does_not_mind_in_which_order_punches_come(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let until = class.world.clock().now() - TimeDelta::days(3);
    for (number, name) in (0..).zip(["Asia/Kolkata", "Europe/Berlin", "America/New_York"]) {
        let zone: Tz = name.parse().expect("a zone");
        let employees = [employ_in(&admin, "Receptionist", name).await, employ_in(&admin, "Porter", name).await];
        let [in_order, mut shuffled] = [0, 1]
            .map(|place: usize| year::punches(&employees[place], zone, until, 60, &mut StdRng::seed_from_u64(number)));
        assert_eq!(in_order.len(), shuffled.len());
        let told = send_all(&admin, in_order).await;
        assert_eq!(told.refused_count, 0, "{told:?}");
        shuffled.shuffle(&mut StdRng::seed_from_u64(number));
        for list in shuffled.chunks(17) {
            send_all(&admin, list.to_vec()).await;
            hours(&admin, &employees[1]).await;
        }
        let [one, other] = [days(&admin, &employees[0]).await, days(&admin, &employees[1]).await];
        assert!(!one.0.is_empty());
        assert_eq!(one, other, "{name}");
        // To count them anew gives the same.
        for zone in ["Pacific/Kiritimati", name] {
            move_to(&admin, &employees[1], zone).await;
        }
        assert_eq!(days(&admin, &employees[1]).await, one, "{name}");
    }
}

/// Days with hours and segments, and days with INs, without whose they are.
async fn days(admin: &Actor, employee: &Employee) -> (Vec<(String, f64, Value)>, Vec<(String, i32)>) {
    let paid = hours(admin, employee).await;
    let paid = paid.iter().map(|row| (row.date.clone(), row.hours, segments(row))).collect();
    let counted = ins(admin, employee).await.into_iter().map(|row| (row.date, row.in_count)).collect();
    (paid, counted)
}
