//! GetRecord.

use rollcall_proto::v1::GetRecordRequest;
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores};
use tonic::Code;

on_both_stores!(is_shown_to_whom_it_concerns);

async fn is_shown_to_whom_it_concerns(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let record = class.check_in(0).await;
    let request = GetRecordRequest { id: record.id.clone() };
    for actor in [class.student(0), class.teacher(), class.admin()] {
        assert_eq!(actor.records().get_record(request.clone()).await.answer(), record);
    }
    // Another student learns no more than that there is no such record.
    let refusal = class.student(1).records().get_record(request).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(refusal.told("resource"), "record");
}
