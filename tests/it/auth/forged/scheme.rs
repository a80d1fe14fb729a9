//! What is no bearer token is none, whatever stands in it.

use http::Method;
use rollcall_proto::v1::ListMyRecordsRequest;
use rollcall_tests::{Answer as _, Class, Kind, in_one_world};
use tonic::{Code, Request};

in_one_world!(a_token_is_taken_as_a_bearer_token_only);

async fn a_token_is_taken_as_a_bearer_token_only(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    let token = student.token().expect("a token");
    let nobody = class.world.nobody();
    for (header, is_taken) in [
        (format!("Bearer {token}"), true),
        (format!("bearer {token}"), true),
        (format!("BEARER {token}"), true),
        (format!("Basic {token}"), false),
        (format!("Token {token}"), false),
        (format!("Bearer:{token}"), false),
        (format!("Bearers {token}"), false),
        (format!("xBearer {token}"), false),
        (token.clone(), false),
        ("Bearer".to_owned(), false),
        (String::new(), false),
    ] {
        let rest = nobody.rest();
        let request = rest.request(Method::GET, "/api/v1/attendance/my-records").header("authorization", &header);
        let over_rest = rest.send(request).await;
        let mut request = Request::new(ListMyRecordsRequest::default());
        request.metadata_mut().insert("authorization", header.parse().expect("a header"));
        let over_grpc = nobody.records().list_my_records(request).await;
        if is_taken {
            over_rest.answer();
            over_grpc.answer();
        } else {
            let missing = (Code::Unauthenticated, "TOKEN_MISSING");
            assert_eq!(over_rest.refused().kind(), missing, "{header:?}");
            assert_eq!(over_grpc.refused().kind(), missing, "{header:?}");
        }
    }
}
