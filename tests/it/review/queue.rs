//! What waits, for whom, and what is told of it.

use rollcall_proto::v1::{
    AttendanceRecord, GetReviewRequest, ListReviewsRequest, Review,
    attendance_record::{Flag, Review as State},
    decide_review_request::Decision,
    evidence::Factor,
};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world};
use tonic::Code;

use super::{decide, doubtful, queue};

in_every_world!(has_what_was_flagged, is_read_in_pages);

fn ids(reviews: &[Review]) -> Vec<String> {
    reviews.iter().filter_map(|review| review.record.as_ref()).map(|record| record.id.clone()).collect()
}

async fn has_what_was_flagged(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let sure = class.check_in(0).await;
    let record = doubtful(&class, 1).await;
    assert_eq!((record.flags.clone(), record.review()), (vec![Flag::Uncertain as i32], State::Open));
    for staff in [class.teacher(), class.admin()] {
        let waiting = queue(&staff).await;
        assert_eq!(ids(&waiting), [record.id.as_str()]);
        // Staff see the numbers.
        let fence = waiting[0].findings.iter().find(|finding| finding.factor() == Factor::Geofence);
        let figures = &fence.expect("the fence").figures;
        assert!((figures["accuracy_meters"] - 40.0).abs() < 1e-9, "{figures:?}");
        assert!((figures["distance_meters"] - 45.0).abs() < 1.0, "{figures:?}");
    }
    // The student sees where it stands, and no number.
    let read = |id: &AttendanceRecord| GetReviewRequest { record_id: id.id.clone() };
    let seen = class.student(1).reviews().get_review(read(&record)).await.answer();
    assert_eq!((seen.findings, seen.record.map(|record| record.review())), (vec![], Some(State::Open)));
    // What was not flagged has no review, whoever asks.
    for actor in [class.student(0), class.teacher(), class.admin()] {
        assert_eq!(actor.reviews().get_review(read(&sure)).await.refused().kind(), (Code::NotFound, "NOT_FOUND"));
    }
    decide(&class.teacher(), &record, Decision::Confirm).await;
    assert_eq!(ids(&queue(&class.teacher()).await), Vec::<String>::new());
    let confirmed = ListReviewsRequest { state: State::Confirmed as i32, ..Default::default() };
    assert_eq!(ids(&class.teacher().reviews().list_reviews(confirmed).await.answer().reviews), [record.id]);
}

async fn is_read_in_pages(kind: Kind) {
    let class = Class::open(kind, 5).await;
    let mut made = Vec::new();
    for student in 0..5 {
        made.push(doubtful(&class, student).await.id);
    }
    let mut read = Vec::new();
    let mut request = ListReviewsRequest { page_size: 2, ..Default::default() };
    loop {
        let page = class.teacher().reviews().list_reviews(request.clone()).await.answer();
        read.extend(ids(&page.reviews));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(read, made);
}
