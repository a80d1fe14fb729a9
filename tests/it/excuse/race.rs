//! Many at once: who decides, who asks, and an end in between.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, future::join_all, stream};
use rollcall_proto::v1::{
    CheckInRequest, EndSessionRequest, ListRecordChangesRequest, attendance_record::Status as RecordStatus,
    decide_excuse_request::Decision, excuse::Status,
};
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_every_world, seed::Role, world::Plan};
use tonic::Code;
use uuid::Uuid;

use super::{about, ask, decide, end, record_of, status_of};

in_every_world!(of_many_deciders_one_decides, of_many_who_ask_one_does, nobody_who_was_there_is_excused_away);

/// How many replicas there can be: SQLite has one writer, and one process.
fn replicas(kind: Kind) -> usize {
    if kind.store == rollcall_tests::kind::Store::Postgres { 2 } else { 1 }
}

async fn of_many_deciders_one_decides(kind: Kind) {
    const DECIDERS: usize = 32;
    let replicas = replicas(kind);
    let mut college = College::new("riverside", 1);
    let admins: Vec<_> =
        (1..DECIDERS).map(|number| college.another_person(&format!("admin{number}"), Role::Admin)).collect();
    let class = Class::of(Plan::new(kind).replicas(replicas), college).await;
    end(&class).await;
    let excuse = ask(&class.student(0), class.session_id()).await;
    let mut deciders = vec![class.teacher()];
    deciders.extend(admins.iter().map(|admin| class.world.actor(admin)));
    let tries = deciders.iter().enumerate().map(|(number, decider)| {
        let decision = if number % 2 == 0 { Decision::Approve } else { Decision::Refuse };
        let (decider, id) = (decider.at(number % replicas).on_own_line(), excuse.id.clone());
        async move { decide(&decider, &id, decision).await }
    });
    let results = join_all(tries).await;
    let mut winners = Vec::new();
    for (number, result) in results.into_iter().enumerate() {
        match result {
            Ok(decided) => winners.push((number, decided.into_inner())),
            Err(status) => {
                let refusal = Refusal::from(&status);
                assert_eq!(refusal.kind(), (Code::FailedPrecondition, "ALREADY_DECIDED"), "{refusal:?}");
            }
        }
    }
    let [(number, decided)] = winners.as_slice() else { panic!("{} have decided", winners.len()) };
    assert_eq!(decided.decided_by, deciders[*number].user().id.to_string());
    let (status, record) = match number % 2 {
        0 => (Status::Approved, RecordStatus::Excused),
        _ => (Status::Refused, RecordStatus::Absent),
    };
    assert_eq!((decided.status(), status_of(&class, 0).await), (status, record));
    let record = record_of(&class, 0).await.expect("a record");
    let request = ListRecordChangesRequest { record_id: record.id, ..Default::default() };
    let changes = class.admin().records().list_record_changes(request).await.answer().changes;
    assert_eq!(changes.len(), 2, "asked and decided, once each: {changes:?}");
}

async fn of_many_who_ask_one_does(kind: Kind) {
    let replicas = replicas(kind);
    let class = Class::of(Plan::new(kind).replicas(replicas), College::new("riverside", 1)).await;
    let tries = (0..16).map(|number| {
        let student = class.student(0).at(number % replicas);
        let request = about(class.session_id());
        async move { student.excuses().request_excuse(request).await }
    });
    let (asked, refused): (Vec<_>, Vec<_>) = join_all(tries).await.into_iter().partition(Result::is_ok);
    assert_eq!((asked.len(), refused.len()), (1, 15));
    for refusal in refused {
        assert_eq!(refusal.refused().kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
    }
}

/// While a session ends, students check in, ask, and staff approve. Whoever was answered that they were there was there; of the
/// others an approved excuse counts, whichever came first.
async fn nobody_who_was_there_is_excused_away(kind: Kind) {
    const STUDENTS: usize = 48;
    let class = Class::open(kind, STUDENTS).await;
    let check_in = class.request().await;
    let attempts = (0..STUDENTS).map(|number| {
        let (class, student) = (&class, class.student(number));
        let check_in = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..check_in.clone() };
        async move {
            if number == STUDENTS / 2 {
                let request = EndSessionRequest { id: class.session_id().to_string() };
                class.teacher().sessions().end_session(request).await.answer();
            }
            let asking = async {
                let asked = student.excuses().request_excuse(about(class.session_id())).await.ok()?.into_inner();
                let decided = decide(&class.admin(), &asked.id, Decision::Approve).await;
                decided.ok().map(|decided| decided.into_inner().status())
            };
            let coming = async {
                // Every third stays away.
                if number % 3 == 0 { None } else { student.check_ins().check_in(check_in).await.ok() }
            };
            let (excused, came) = tokio::join!(asking, coming);
            (student.user().id.to_string(), (excused, came.map(|record| record.into_inner())))
        }
    });
    let told: BTreeMap<_, _> = stream::iter(attempts).buffer_unordered(8).collect().await;
    let records = class.records().await;
    assert_eq!(records.len(), STUDENTS);
    let mut seen = [0; 3];
    for record in records {
        let (excused, came) = &told[&record.student_id];
        match (excused, came) {
            (_, Some(answered)) => {
                assert_eq!(&record, answered);
                seen[0] += 1;
            }
            (Some(Status::Approved), None) => {
                assert_eq!(record.status(), RecordStatus::Excused, "{record:?}");
                seen[1] += 1;
            }
            _ => {
                assert_eq!(record.status(), RecordStatus::Absent, "{record:?} {excused:?}");
                seen[2] += 1;
            }
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "there were some of each: {seen:?}");
}
