//! CorrectPunch: a punch stays, and another one counts in its place.

use futures_util::future::join_all;
use rollcall_proto::v1::{CorrectPunchRequest, CreatePunchRequest, Employee, Punch, punch::EventType};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, record::timestamp,
    world::Plan,
};
use tonic::{Code, Response, Status};
use uuid::Uuid;

use super::{at, batch::send_all, days_ago, employ, ins, punch, punches_of, send, sums, work, workforce};

in_every_world!(count_in_the_place_of_what_they_correct, of_many_one_counts);
on_both_stores!(
    take_back_what_never_happened,
    say_what_nobody_could,
    are_corrected_themselves,
    move_a_day_and_stay_when_it_is_sent_again,
    are_refused_by_field,
);

/// A correction that says nothing but why.
fn correction(punch: &Punch) -> CorrectPunchRequest {
    CorrectPunchRequest {
        id: punch.id.clone(),
        reason: "The gate's clock was slow.".to_owned(),
        ..CorrectPunchRequest::default()
    }
}

async fn correct(admin: &Actor, request: CorrectPunchRequest) -> Result<Response<Punch>, Status> {
    workforce(admin).correct_punch(request).await
}

async fn find(admin: &Actor, punch: &Punch) -> Punch {
    let employee = Employee { id: punch.employee_id.clone(), ..Employee::default() };
    punches_of(admin, &employee).await.into_iter().find(|found| found.id == punch.id).expect("the punch")
}

async fn count_in_the_place_of_what_they_correct(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 2);
    let day = [(EventType::In, date, "09:00:00"), (EventType::Out, date, "17:00:00")];
    let [begin, end]: [Punch; 2] = work(&admin, &employee, &day).await.try_into().expect("two punches");
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 8.0)]);

    let later = at(date, "18:30:00");
    let request = CorrectPunchRequest { event_time: later.clone(), ..correction(&end) };
    let made = correct(&admin, request.clone()).await.answer();
    assert_ne!(made.id, end.id);
    assert_eq!((made.event_type(), &made.event_time), (EventType::Out, &later));
    assert_eq!(made.occurred_at, Some(timestamp(later.parse().expect("a time"))));
    assert_eq!((made.corrects_id.as_ref(), made.corrected_by_id.as_ref()), (Some(&end.id), None));
    assert_eq!((&made.employee_id, &made.reason, made.is_void), (&employee.id, &request.reason, false));
    assert_eq!(made.recorded_by_id, Some(class.college.admin.id.to_string()));
    assert!(made.recorded_at.is_some());
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 9.5)]);

    // The first one is there as it was, and says by what it was corrected.
    let corrected = Punch { corrected_by_id: Some(made.id.clone()), ..end.clone() };
    assert_eq!(punches_of(&admin, &employee).await, [made.clone(), corrected, begin]);

    // Sent again it is the same; another one has to correct it.
    assert_eq!(correct(&admin, request.clone()).await.answer(), Punch { replayed: true, ..made.clone() });
    let other = CorrectPunchRequest { event_time: at(date, "18:31:00"), ..request };
    let refusal = correct(&admin, other).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "ALREADY_CORRECTED"));
    assert_eq!(refusal.told("corrected_by_id"), made.id);
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 9.5)]);
}

async fn of_many_one_counts(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 2);
    let day = [(EventType::In, date, "09:00:00"), (EventType::Out, date, "12:00:00")];
    let sent = work(&admin, &employee, &day).await;
    let racers = (0..16).map(|number| {
        let event_time = at(date, &format!("13:{number:02}:00"));
        let request = CorrectPunchRequest { event_time, ..correction(&sent[1]) };
        let admin = admin.on_own_line();
        async move { correct(&admin, request).await }
    });
    let (made, refused): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 15));
    for refusal in refused {
        assert_eq!(refusal.refused().kind(), (Code::FailedPrecondition, "ALREADY_CORRECTED"));
    }
    let made: Vec<Punch> = made.into_iter().map(|result| result.answer()).collect();
    assert_eq!(find(&admin, &sent[1]).await.corrected_by_id.as_ref(), Some(&made[0].id));
    assert_eq!(punches_of(&admin, &employee).await.len(), 3);
}

async fn take_back_what_never_happened(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 2);
    let day =
        [(EventType::In, date, "09:00:00"), (EventType::In, date, "11:00:00"), (EventType::Out, date, "12:00:00")];
    let sent = work(&admin, &employee, &day).await;
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 1.0)]);
    let made = correct(&admin, CorrectPunchRequest { is_void: true, ..correction(&sent[1]) }).await.answer();
    assert!(made.is_void, "{made:?}");
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 3.0)]);
    assert_eq!(ins(&admin, &employee).await[0].in_count, 1);
    // Sent again it is known, and does not count; what was taken back comes back by another correction.
    let again = send_all(&admin, vec![punch(&employee, EventType::In, &sent[1].event_time)]).await.results.remove(0);
    assert_eq!((again.id, again.replayed, again.corrected_by_id), (sent[1].id.clone(), true, Some(made.id.clone())));
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 3.0)]);
    let back = correct(&admin, correction(&made)).await.answer();
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 1.0)]);
    correct(&admin, CorrectPunchRequest { is_void: true, ..correction(&back) }).await.answer();
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 3.0)]);
    let rows = class.world.rows().await;
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'punch.corrected'";
    assert_eq!(rows.number(told).await, 3, "of each correction there is a row");
    // Neither the punch nor what voids it is gone.
    assert_eq!(punches_of(&admin, &employee).await.len(), 6);
    // A day of which nothing is left has no row.
    for punch in [&sent[0], &sent[2]] {
        correct(&admin, CorrectPunchRequest { is_void: true, ..correction(punch) }).await.answer();
    }
    assert_eq!((sums(&admin, &employee).await, ins(&admin, &employee).await), (Vec::new(), Vec::new()));
}

async fn say_what_nobody_could(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 2);
    let day = [(EventType::In, date, "09:00:00"), (EventType::Unknown, date, "12:00:00")];
    let sent = work(&admin, &employee, &day).await;
    assert_eq!(sums(&admin, &employee).await, []);
    let said = CorrectPunchRequest { event_type: EventType::Out.into(), ..correction(&sent[1]) };
    let made = correct(&admin, said).await.answer();
    assert_eq!((made.event_type(), made.event_time), (EventType::Out, sent[1].event_time.clone()));
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 3.0)]);
}

async fn are_corrected_themselves(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 2);
    let day = [(EventType::In, date, "09:00:00"), (EventType::Out, date, "12:00:00")];
    let mut latest = work(&admin, &employee, &day).await.pop().expect("the OUT");
    for (time, expected) in [("13:00:00", 4.0), ("14:00:00", 5.0), ("12:00:00", 3.0)] {
        let request = CorrectPunchRequest { event_time: at(date, time), ..correction(&latest) };
        latest = correct(&admin, request).await.answer();
        assert_eq!(sums(&admin, &employee).await, [(date.to_string(), expected)]);
    }
    let void = CorrectPunchRequest { is_void: true, ..correction(&latest) };
    correct(&admin, void).await.answer();
    assert_eq!(sums(&admin, &employee).await, []);
    assert_eq!(punches_of(&admin, &employee).await.len(), 6);
}

async fn move_a_day_and_stay_when_it_is_sent_again(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let (before, date) = (days_ago(&class, 4), days_ago(&class, 3));
    let first =
        CreatePunchRequest { event_id: "gate/1".to_owned(), ..punch(&employee, EventType::In, &at(date, "00:10:00")) };
    let begin = send(&admin, first.clone()).await;
    work(&admin, &employee, &[(EventType::Out, date, "06:00:00")]).await;
    let earlier = CorrectPunchRequest { event_time: at(before, "23:00:00"), ..correction(&begin) };
    let made = correct(&admin, earlier).await.answer();
    assert_eq!(sums(&admin, &employee).await, [(before.to_string(), 7.0)]);

    // The gate sends its event again: it is stored, and is corrected.
    let again = send(&admin, first).await;
    let expected = Punch { replayed: true, corrected_by_id: again.corrected_by_id.clone(), ..begin.clone() };
    assert_eq!(again, expected);
    assert_eq!(find(&admin, &begin).await.corrected_by_id, Some(made.id));
    assert_eq!(sums(&admin, &employee).await, [(before.to_string(), 7.0)]);
}

async fn are_refused_by_field(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let sent = work(&admin, &employee, &[(EventType::In, days_ago(&class, 1), "09:00:00")]).await;
    let good = correction(&sent[0]);
    for (request, field) in [
        (CorrectPunchRequest { reason: String::new(), ..good.clone() }, "reason"),
        (CorrectPunchRequest { reason: "x".repeat(501), ..good.clone() }, "reason"),
        (CorrectPunchRequest { event_time: "2026-03-02T08:58:30".to_owned(), ..good.clone() }, "event_time"),
        (CorrectPunchRequest { event_time: "1999-12-31T00:00:00Z".to_owned(), ..good.clone() }, "event_time"),
        (CorrectPunchRequest { event_type: 77, ..good.clone() }, "event_type"),
        (CorrectPunchRequest { id: "gate/1".to_owned(), ..good.clone() }, "id"),
    ] {
        let refusal = correct(&admin, request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    let unknown = CorrectPunchRequest { id: Uuid::now_v7().to_string(), is_void: true, ..good.clone() };
    let theirs = CorrectPunchRequest { is_void: true, ..good };
    let stranger = class.world.actor(&other.admin);
    for refusal in [correct(&admin, unknown).await.refused(), correct(&stranger, theirs).await.refused()] {
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "punch"));
    }
    assert_eq!(punches_of(&admin, &employee).await, sent);
}
