//! What one thing is good for, no other thing is: every kind of token in the place of every other.

use rollcall_proto::v1::{
    ListMyRecordsRequest, ListSignInsRequest, RefreshTokenRequest, VerifyCodeRequest, WatchAttendanceRequest,
};
use rollcall_tests::{Answer as _, Class, Kind, in_one_world};
use tonic::{Code, Status};

in_one_world!(are_good_for_one_thing);

/// The places where a token can stand, each beside the kind that belongs there.
const PLACES: [&str; 5] = ["access", "refresh", "page", "resume", "code"];

async fn are_good_for_one_thing(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (student, teacher) = (class.student(0), class.teacher());
    student.login().await;
    let login = student.login().await;
    let list = ListSignInsRequest { page_size: 1, ..Default::default() };
    let page = student.auth().list_sign_ins(list.clone()).await.answer().next_page_token;
    let mut watch = class.watch().await;
    watch.session().await;
    let tokens = [login.access_token, login.refresh_token, page, watch.resume_token, class.code().await.code];
    for token in &tokens {
        assert!(!token.is_empty(), "{tokens:?}");
    }

    let put = async |place: &str, token: &str| -> Result<(), Status> {
        let text = token.to_owned();
        match place {
            "access" => {
                let student = student.with_token(text);
                student.records().list_my_records(ListMyRecordsRequest::default()).await.map(|_| ())
            }
            "refresh" => {
                let request = RefreshTokenRequest { refresh_token: text, device_id: "phone".to_owned() };
                class.world.nobody().auth().refresh_token(request).await.map(|_| ())
            }
            "page" => {
                let request = ListSignInsRequest { page_token: text, ..list.clone() };
                student.auth().list_sign_ins(request).await.map(|_| ())
            }
            "resume" => {
                let session_id = class.session_id().to_string();
                let request = WatchAttendanceRequest { session_id, resume_token: text };
                let mut stream = teacher.live().watch_attendance(request).await?.into_inner();
                stream.message().await.map(|_| ())
            }
            _ => {
                let request = VerifyCodeRequest { code: text, session_id: None, ..VerifyCodeRequest::default() };
                student.codes().verify_code(request).await.map(|_| ())
            }
        }
    };
    for (kind, token) in PLACES.iter().zip(&tokens) {
        for place in PLACES {
            let result = put(place, token).await;
            if *kind == place {
                result.unwrap_or_else(|status| panic!("{kind} as {place}: {status:?}"));
            } else {
                let status = result.expect_err(&format!("{kind} was taken as {place}"));
                let due = [Code::Unauthenticated, Code::InvalidArgument, Code::FailedPrecondition];
                assert!(due.contains(&status.code()), "{kind} as {place}: {status:?}");
            }
        }
    }
}
