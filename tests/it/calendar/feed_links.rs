//! CreateScheduleFeed, GetScheduleFeed, DeleteScheduleFeed, and who gets what from a link.

use rollcall_proto::v1::{
    ChangePasswordRequest, CreateScheduleFeedRequest, CreateScheduleFeedResponse, DeleteScheduleFeedRequest,
    DownloadScheduleFeedRequest, ForgotPasswordRequest, GetScheduleFeedRequest, ResetPasswordRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, mail::Line, on_both_stores,
    password::PASSWORD, rest::Reply, until, world::Plan,
};
use serde_json::json;
use tonic::Code;

on_both_stores!(are_shown_once_replaced_and_taken_back, end_with_the_password, never_tell_why_they_do_not_work,);
in_every_world!(stay_out_of_the_log);

async fn link(actor: &Actor) -> CreateScheduleFeedResponse {
    actor.schedule_feeds().create_schedule_feed(CreateScheduleFeedRequest {}).await.answer()
}

async fn fetch(class: &Class, path: &str) -> Reply {
    class.world.nobody().rest().get(path).await
}

async fn are_shown_once_replaced_and_taken_back(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (student, teacher) = (class.student(0), class.teacher());
    let none = student.schedule_feeds().get_schedule_feed(GetScheduleFeedRequest {}).await.refused();
    assert_eq!((none.kind(), none.told("resource")), ((Code::NotFound, "NOT_FOUND"), "schedule_feed"));

    let first = link(&student).await;
    let token = first.path.strip_prefix("/api/v1/timetables/feed/").expect("a path");
    assert_eq!((token, token.starts_with("rcf_")), (first.token.as_str(), true));
    let download = DownloadScheduleFeedRequest { token: first.token.clone() };
    let file = class.world.nobody().schedule_feeds().download_schedule_feed(download).await.answer();
    assert_eq!(file.content_type, "text/calendar; charset=utf-8");
    let told = student.rest().get("/api/v1/timetables/feed").await.answer();
    assert_eq!(told.as_object().expect("an object").keys().collect::<Vec<_>>(), ["created_at"]);
    let answer = fetch(&class, &first.path).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/calendar; charset=utf-8"));
    assert_eq!(answer.headers["cache-control"], "private, max-age=300");
    assert!(answer.bytes.starts_with(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{:?}", answer.bytes);

    // Another's is another's.
    let theirs = link(&teacher).await;
    let second = student.rest().post("/api/v1/timetables/feed", &json!({})).await;
    assert_eq!(second.headers["cache-control"], "no-store");
    let second = second.answer()["path"].as_str().expect("a path").to_owned();
    for (path, status) in [(&first.path, 404), (&second, 200), (&theirs.path, 200)] {
        assert_eq!(fetch(&class, path).await.status, status, "{path}");
    }
    student.schedule_feeds().delete_schedule_feed(DeleteScheduleFeedRequest {}).await.answer();
    let again = student.schedule_feeds().delete_schedule_feed(DeleteScheduleFeedRequest {}).await.refused();
    assert_eq!(again.kind(), (Code::NotFound, "NOT_FOUND"));
    for (path, status) in [(&second, 404), (&theirs.path, 200)] {
        assert_eq!(fetch(&class, path).await.status, status, "{path}");
    }
    let rows = class.world.rows().await;
    for (action, times) in [("created", 3), ("deleted", 1)] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'schedule_feed.{action}'");
        assert_eq!(rows.number(&query).await, times, "{action}");
    }
}

async fn end_with_the_password(kind: Kind) {
    const NEW: &str = "a ferry in the morning fog";
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 2)).await;
    let (nobody, email) = (class.world.nobody(), &class.college.students[0].email);
    let student = class.student(0).signed_in().await;
    let (first, of_another) = (link(&student).await.path, link(&class.student(1)).await.path);
    assert_eq!(fetch(&class, &first).await.status, 200);

    let change = ChangePasswordRequest { current_password: PASSWORD.to_owned(), new_password: NEW.to_owned() };
    student.auth().change_password(change).await.answer();
    assert_eq!(fetch(&class, &first).await.status, 404, "it was changed");
    let second = link(&student).await.path;
    assert_eq!(fetch(&class, &second).await.status, 200, "it is the new password's");

    let forgot = ForgotPasswordRequest { email: email.clone(), college: String::new() };
    nobody.auth().forgot_password(forgot).await.answer();
    // The first mail says that the password was changed.
    let token = class.world.mail().message(email, 2).await.token();
    assert_eq!(fetch(&class, &second).await.status, 200, "whoever asks has not changed it yet");
    let reset = ResetPasswordRequest { token, new_password: PASSWORD.to_owned() };
    nobody.auth().reset_password(reset).await.answer();
    assert_eq!(fetch(&class, &second).await.status, 404, "it was reset");
    // The same password again is another one, as far as links go.
    assert_eq!(fetch(&class, &first).await.status, 404);
    assert_eq!(fetch(&class, &of_another).await.status, 200);
}

async fn never_tell_why_they_do_not_work(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (admin, other_teacher) = (class.admin().rest(), class.other_teacher());
    let paths = [
        link(&class.student(0)).await.path,
        link(&class.student(1)).await.path,
        link(&class.teacher()).await.path,
        link(&other_teacher).await.path,
    ];
    let user = |id: uuid::Uuid| format!("/api/v1/users/{id}");
    let patch = async |id, body| {
        admin.send(admin.request(http::Method::PATCH, &user(id)).json(&body)).await.answer();
    };
    patch(class.college.students[0].id, json!({"is_active": false})).await;
    let gone = admin.request(http::Method::DELETE, &user(class.college.students[1].id));
    admin.send(gone).await.answer();
    other_teacher.schedule_feeds().delete_schedule_feed(DeleteScheduleFeedRequest {}).await.answer();
    patch(class.college.teacher.id, json!({"role": "ADMIN"})).await;

    let never = "/api/v1/timetables/feed/rcf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let mut answers = Vec::new();
    let mut forged = paths[3].clone().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("ASCII");
    for path in paths.iter().cloned().chain([never, forged, "/api/v1/timetables/feed/x".to_owned()]) {
        let reply = fetch(&class, &path).await;
        assert_eq!(reply.status, 404, "{path}");
        answers.push(reply.refused());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].kind(), (Code::NotFound, "NOT_FOUND"));

    // Whoever may sign in again has their link again.
    patch(class.college.students[0].id, json!({"is_active": true})).await;
    assert_eq!(fetch(&class, &paths[0]).await.status, 200);
}

async fn stay_out_of_the_log(kind: Kind) {
    let mut class = Class::open(kind, 1).await;
    let path = link(&class.student(0)).await.path;
    assert_eq!(fetch(&class, &path).await.status, 200);
    assert_eq!(fetch(&class, &format!("{path}x")).await.status, 404);
    class.student(0).schedule_feeds().delete_schedule_feed(DeleteScheduleFeedRequest {}).await.answer();
    assert_eq!(fetch(&class, &path).await.status, 404);
    let token = path.rsplit('/').next().expect("a token").to_owned();
    let rows = class.world.rows().await;
    let query = format!(
        "SELECT COUNT(*) AS n FROM audit_rows WHERE CAST(detail AS text) LIKE '%{token}%' OR object_id LIKE '%{token}%'"
    );
    assert_eq!(rows.number(&query).await, 0);
    let mut server = class.world.take(0);
    server.process().signal("TERM");
    until("the server is gone", async || (!server.process().runs()).then_some(())).await;
    let text = std::fs::read_to_string(server.process().log()).expect("the log");
    assert!(text.contains("DownloadScheduleFeed"), "the calls are logged");
    assert!(!text.contains(&token), "the token is in the log");
}
