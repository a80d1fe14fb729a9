//! HealthService and the standard grpc.health.v1, which anyone may ask.

use rollcall_proto::v1::{AttendanceHealthDetailRequest, CheckRequest, ReadyRequest};
use rollcall_tests::{
    Answer as _, Class, Kind,
    contract::json_of,
    in_every_world, in_one_world,
    kind::{Bus, Store},
    until,
};
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

in_every_world!(tells_what_is_up);
in_one_world!(answers_the_standard_question, reflects_the_contract);

async fn tells_what_is_up(kind: Kind) {
    let mut class = Class::open(kind, 0).await;
    let nobody = class.world.nobody();
    assert_eq!(nobody.health().check(CheckRequest {}).await.answer().status, "up");
    assert_eq!(nobody.health().ready(ReadyRequest {}).await.answer().status, "up");
    for path in ["/health", "/health/live", "/health/ready"] {
        assert_eq!(nobody.rest().get(path).await.answer(), json!({"status": "up"}), "{path}");
    }
    let brief = nobody.rest().get("/api/v1/attendance/health").await.answer();
    assert_eq!(brief, json!({"message": brief["message"], "status": "up"}));

    let postgresql = if kind.store == Store::Postgres { "up" } else { "embedded" };
    let redis = if kind.bus == Bus::Redis { "up" } else { "embedded" };
    let path = "/api/v1/attendance/health/detail";
    // The server begins to serve without waiting for Redis.
    until("Redis is up", async || (nobody.rest().get(path).await.answer()["redis"] == redis).then_some(())).await;
    let detail: Value = nobody.rest().get(path).await.answer();
    let message = detail["message"].clone();
    assert_eq!(detail, json!({"message": message, "status": "up", "postgresql": postgresql, "redis": redis}));
    let told = nobody.health().attendance_health_detail(AttendanceHealthDetailRequest {}).await.answer();
    assert_eq!(json_of("rollcall.v1.AttendanceHealthDetailResponse", &told), detail);

    // A dead Redis shows, and takes no replica out.
    if let Some(redis) = &mut class.world.redis {
        redis.kill().await;
        let rest = nobody.rest();
        until("the detail tells it", async || {
            let now = rest.get(path).await.answer();
            (now["redis"] == "down" && now["status"] == "up").then_some(())
        })
        .await;
        assert_eq!(rest.get("/health/ready").await.answer(), json!({"status": "up"}));
        redis.resume().await;
        until("it is up again", async || (rest.get(path).await.answer()["redis"] == "up").then_some(())).await;
    }
}

async fn answers_the_standard_question(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let mut health = HealthClient::new(class.world.desk().line(0));
    let answer = health.check(HealthCheckRequest { service: String::new() }).await.answer();
    assert_eq!(answer.status(), ServingStatus::Serving);
    let unknown = health.check(HealthCheckRequest { service: "rollcall.v1.NoService".to_owned() }).await.refused();
    assert_eq!(unknown.code, tonic::Code::NotFound);
}

async fn reflects_the_contract(kind: Kind) {
    let mut class = Class::open(kind, 0).await;
    let admin = class.world.server(0).admin().await;
    let line = Channel::from_shared(format!("http://{admin}")).expect("an address").connect_lazy();
    let mut client = ServerReflectionClient::new(line);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await.answer();
    let answer = answers.message().await.expect("an answer").expect("an answer");
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else { panic!("{answer:?}") };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    for method in rollcall_tests::contract::methods() {
        let service = method.parent_service().full_name().to_owned();
        assert!(names.contains(&service.as_str()), "{service} is missing: {names:?}");
    }
}
