//! Repeats and reorderings change nothing.

use futures_util::future::join_all;
use rollcall_proto::v1::{ErrorReason, OfflineCheckIn, attendance_record::Status};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, on_postgres, seed::State, world::Plan,
};
use uuid::Uuid;

use super::{Held, hand_in, record, refusal};

in_every_world!(each_entry_has_its_record_in_whatever_order);
on_postgres!(two_replicas_make_one_record);

/// Three sessions that run at once, and two entries for each.
async fn three_sessions(plan: Plan) -> (Class, Vec<Uuid>) {
    let mut college = College::new("riverside", 2);
    let mut sessions = vec![college.session.id];
    sessions.extend((0..2).map(|_| college.another_session(State::Active).id));
    (Class::of(plan, college).await, sessions)
}

async fn sign_all(class: &Class, held: &Held, sessions: &[Uuid]) -> Vec<OfflineCheckIn> {
    let mut entries = Vec::new();
    for session in sessions {
        let code = class.code_of(*session).await.code;
        for _ in 0..2 {
            let request = rollcall_tests::class::request(*session, &code, class.college.north(0.0));
            entries.push(held.sign_as(class, request));
        }
    }
    entries
}

async fn each_entry_has_its_record_in_whatever_order(kind: Kind) {
    let (class, sessions) = three_sessions(Plan::new(kind)).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let entries = sign_all(&class, &held, &sessions).await;
    class.world.advance(60).await;
    // Backwards at first, and then as they were made, and some of them twice.
    let first: Vec<_> = entries.iter().rev().cloned().collect();
    let mut told = held.hand_in(first).await;
    told.reverse();
    // Of two for one session the first one has the record.
    for (place, result) in told.iter().enumerate() {
        match place % 2 {
            0 => assert_eq!(record(result.clone()).session_id, sessions[place / 2].to_string()),
            _ => assert_eq!(refusal(result).0, ErrorReason::AlreadyCheckedIn),
        }
    }
    let orders: [&[usize]; 4] = [&[0, 1, 2, 3, 4, 5], &[5, 0, 4, 1, 3, 2], &[2, 2, 0, 0], &[4]];
    for order in orders {
        let again = held.hand_in(order.iter().map(|place| entries[*place].clone()).collect()).await;
        for (result, place) in again.iter().zip(order) {
            match &told[*place].record {
                Some(before) => {
                    let again = record(result.clone());
                    assert_eq!((again.replayed, &again.id), (true, &before.id), "{order:?}");
                }
                None => assert_eq!(refusal(result), refusal(&told[*place]), "{order:?}"),
            }
        }
    }
    for session in sessions {
        let records = class.records_of(session).await;
        assert_eq!(records.iter().map(|record| record.status()).collect::<Vec<_>>(), [Status::Present]);
    }
    // An id that stands for one session is none for another.
    let other = Held::of(&class, 1).await;
    let mut entries = sign_all(&class, &other, &[class.session_id()]).await;
    let kept = entries.remove(0);
    record(other.hand_in_one(&kept).await);
    let mut request = class.request().await;
    request.check_in_id.clone_from(&kept.check_in_id);
    request.session_id = Some(Uuid::now_v7().to_string());
    let reused = other.sign_as(&class, request);
    assert_eq!(refusal(&other.hand_in_one(&reused).await).0, ErrorReason::CheckInIdReused);
}

async fn two_replicas_make_one_record(kind: Kind) {
    let (class, sessions) = three_sessions(Plan::new(kind).replicas(2)).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let entries = sign_all(&class, &held, &sessions).await;
    for round in 0..2 {
        let batches = (0..8).map(|number| {
            let mut entries = entries.clone();
            entries.rotate_left(number % 6);
            let actor = held.actor.at(number % 2);
            async move { hand_in(&actor, entries).await }
        });
        let mut made = 0;
        for results in join_all(batches).await {
            let records: Vec<_> = results.into_iter().filter_map(|result| result.record).collect();
            assert_eq!(records.len(), 3);
            made += records.iter().filter(|record| !record.replayed).count();
        }
        assert_eq!(made, if round == 0 { 3 } else { 0 });
    }
    for session in sessions {
        assert_eq!(class.records_of(session).await.len(), 1);
    }
    // What was made with a network is found as well.
    let online = class.request().await;
    let refused = class.student(0).check_ins().check_in(online).await.refused();
    assert_eq!(refused.reason, "ALREADY_CHECKED_IN");
}
