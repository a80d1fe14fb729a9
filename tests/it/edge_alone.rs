//! `rollcall edge`: the edge in a process of its own, in front of a server elsewhere.

use rollcall_tests::{
    Class, Kind, in_one_world,
    password::PASSWORD,
    rest::Rest,
    server::{Server, Settings},
    until,
};
use serde_json::json;
use tonic::Code;

in_one_world!(serves_what_the_server_does);

async fn serves_what_the_server_does(kind: Kind) {
    let mut class = Class::open(kind, 1).await;
    let upstream = class.world.desk().grpc(0);
    let settings = Settings::from(
        [("API_PORT", "0"), ("ADMIN_PORT", "0")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let log = class.world.folder().join("edge.log");
    let edge = Server::start(&["edge", "--upstream", &upstream], &settings, folder.path(), &log).await;
    let base = format!("http://{}", edge.edge);

    let nobody = Rest::new(base.clone(), None);
    let login = json!({"email": class.college.students[0].email, "password": PASSWORD});
    let login = nobody.post("/api/v1/auth/login", &login).await.answer();
    let student = Rest::new(base, Some(login["access_token"].as_str().expect("a token").to_owned()));
    let request = class.request().await;
    let check_in = json!({
        "check_in_id": request.check_in_id,
        "qr_code": request.qr_code,
        "position": {"latitude": 12.9716, "longitude": 77.5946},
    });
    let record = student.post("/api/v1/attendance/mark", &check_in).await.answer();
    // Both edges say the same, what was recorded and what was refused.
    let direct = class.student(0).rest();
    let path = "/api/v1/attendance/my-records";
    assert_eq!(student.get(path).await.answer()["records"], json!([record]));
    assert_eq!(student.get(path).await.body, direct.get(path).await.body);
    let staff_only = "/api/v1/attendance/records";
    assert_eq!(student.get(staff_only).await.refused(), direct.get(staff_only).await.refused());

    class.world.kill(0).await;
    let refusal = student.get(path).await.refused();
    assert_eq!(refusal.code, Code::Unavailable, "{refusal:?}");
    class.world.resume(0).await;
    until("the edge has found its server again", async || (student.get(path).await.status == 200).then_some(())).await;
}
