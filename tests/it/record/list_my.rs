//! ListMyRecords.

use rollcall_proto::v1::{AttendanceRecord, ListMyRecordsRequest, ListMyRecordsResponse};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, class::request, college::College, on_both_stores, seed::State, world::Plan,
};
use tonic::Code;

on_both_stores!(gives_the_latest_first, loses_nothing_when_a_clock_goes_back);

async fn gives_the_latest_first(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let sessions: Vec<_> = (0..5).map(|_| college.another_session(State::Active)).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let mut expected: Vec<AttendanceRecord> = Vec::new();
    for session in &sessions {
        let code = class.code_of(session.id).await.code;
        for student in [0, 1] {
            let request = request(session.id, &code, class.college.north(0.0));
            let record = class.student(student).check_ins().check_in(request).await.answer();
            if student == 0 {
                expected.insert(0, record);
            }
        }
        class.world.advance(1).await;
    }
    let student = class.student(0);
    for page_size in [0, 1, 2, 5, 501] {
        assert_eq!(list(&student, page_size).await, expected, "pages of {page_size}");
    }
    let none = class.stranger().records().list_my_records(ListMyRecordsRequest::default()).await.answer();
    assert_eq!(none, ListMyRecordsResponse::default());

    let first = ListMyRecordsRequest { page_size: 1, page_token: String::new() };
    let page_token = student.records().list_my_records(first).await.answer().next_page_token;
    let theirs = ListMyRecordsRequest { page_size: 1, page_token };
    let refusal = class.student(1).records().list_my_records(theirs).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

/// A replica's clock may be behind that of another, so records are not always made in the order of their times.
async fn loses_nothing_when_a_clock_goes_back(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let sessions: Vec<_> = (0..4).map(|_| college.another_session(State::Active)).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let mut expected: Vec<AttendanceRecord> = Vec::new();
    for session in &sessions {
        let code = class.code_of(session.id).await.code;
        let request = request(session.id, &code, class.college.north(0.0));
        expected.push(class.student(0).check_ins().check_in(request).await.answer());
        class.world.advance(-2).await;
    }
    for page_size in [1, 3, 0] {
        assert_eq!(list(&class.student(0), page_size).await, expected, "pages of {page_size}");
    }
}

/// All pages.
async fn list(student: &Actor, page_size: i32) -> Vec<AttendanceRecord> {
    let mut request = ListMyRecordsRequest { page_size, page_token: String::new() };
    let mut listed = Vec::new();
    loop {
        let page = student.records().list_my_records(request.clone()).await.answer();
        listed.extend(page.records);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}
