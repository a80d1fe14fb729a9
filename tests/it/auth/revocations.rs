//! What was revoked is refused on every replica, however long the write took.

use chrono::SubsecRound as _;
use rollcall_proto::v1::{DeleteUserRequest, ListMyRecordsRequest};
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_worlds, until, world::Plan};
use tonic::Code;

in_worlds!([postgres POSTGRES_MEMORY] are_dated_when_they_are_written);

/// The replicas hear nothing of each other but what is in the table, and look there only for what is new. A revocation that
/// bore the time at which its call came in would be old by then.
async fn are_dated_when_they_are_written(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let student = class.student(0).signed_in().await.at(1);
    let call = async || student.records().list_my_records(ListMyRecordsRequest::default()).await;
    call().await.answer();

    let rows = class.world.rows().await;
    let id = class.college.students[0].id;
    let held = rows.hold(&format!("SELECT 1 FROM users WHERE id = '{id}' FOR UPDATE")).await;
    let admin = class.admin();
    let deletion =
        tokio::spawn(async move { admin.users().delete_user(DeleteUserRequest { id: id.to_string() }).await });
    let waiting = "SELECT COUNT(*) AS n FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until("the deletion waits", async || (rows.number(waiting).await > 0).then_some(())).await;
    class.world.advance_unasked(120);
    let now = class.world.clock().now().trunc_subsecs(0);
    held.release().await;
    deletion.await.expect("a task").answer();

    let of_now = format!(
        "SELECT COUNT(*) AS n FROM token_revocations WHERE subject_id = '{id}' AND revoked_at >= '{}'",
        now.to_rfc3339()
    );
    assert_eq!(rows.number(&of_now).await, 1);
    let refusal = until("the other replica knows", async || call().await.err()).await;
    assert_eq!(Refusal::from(&refusal).kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}
