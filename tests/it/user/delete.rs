//! DeleteUser: the person goes, the records stay.

use rollcall_proto::v1::{
    DeleteUserRequest, EndSessionRequest, GetMeRequest, GetUserRequest, ListDivisionStudentsRequest, ListUsersRequest,
    LoginRequest, User,
};
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores, password::PASSWORD};
use tonic::Code;

use super::change;

on_both_stores!(keeps_the_records_under_a_pseudonym);

async fn keeps_the_records_under_a_pseudonym(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (admin, id) = (class.admin(), class.college.students[0].id.to_string());
    let record = class.check_in(0).await;
    let signed_in = class.student(0).signed_in().await;
    let student = class.student(0);
    let with_older_token = student.with_token(student.token().expect("a token"));
    let delete = DeleteUserRequest { id: id.clone() };
    admin.users().delete_user(delete.clone()).await.answer();

    for gone in [with_older_token, signed_in] {
        let refusal = gone.users().get_me(GetMeRequest {}).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    }
    let email = class.college.students[0].email.clone();
    let login = LoginRequest { email: email.clone(), password: PASSWORD.to_owned(), ..Default::default() };
    let refusal = class.world.nobody().auth().login(login).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    let back = User { id: id.clone(), is_active: Some(true), ..Default::default() };
    let refusals = [
        admin.users().get_user(GetUserRequest { id: id.clone() }).await.refused(),
        admin.users().update_user(change(back, &["is_active"])).await.refused(),
        admin.users().delete_user(delete).await.refused(),
    ];
    for refusal in refusals {
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "user"));
    }
    let listed = admin.users().list_users(ListUsersRequest::default()).await.answer().users;
    assert!(listed.iter().all(|user| user.id != id));
    let students = ListDivisionStudentsRequest { id: class.college.division.id.to_string(), ..Default::default() };
    let students = admin.divisions().list_division_students(students).await.answer().students;
    assert_eq!(students.len(), 1);

    // The record is there, the person is not, and nobody waits for them.
    let request = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(request).await.answer();
    let records = class.records().await;
    assert_eq!(records.len(), 2);
    assert!(records.iter().any(|kept| kept.id == record.id && kept.student_id == id));
    let rows = class.world.rows().await;
    let count = async |filter: String| rows.number(&format!("SELECT COUNT(*) AS n FROM users WHERE {filter}")).await;
    let pseudonym = format!("email = 'deleted-{id}' AND username = 'deleted-{id}' AND password_hash = ''");
    assert_eq!(count(format!("{pseudonym} AND NOT is_active")).await, 1);
    assert_eq!(count(format!("email = '{email}'")).await, 0);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'user.deleted'").await, 1);
}
