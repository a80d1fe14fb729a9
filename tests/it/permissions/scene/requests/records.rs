//! Of records, excuses, feedback and figures.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{super::rows::is_theirs, Begin, Object, Scene, Who};

impl Scene {
    pub(super) async fn record_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let session = self.session(object);
        let request = match method {
            "RecordService.ListRecords" => json!({"session_id": session}),
            "RecordService.UpdateRecord" => {
                json!({"id": self.record(object), "status": "LATE", "reason": "Seen"})
            }
            "RecordService.ListRecordChanges" => json!({"record_id": self.record(object)}),
            "RecordService.MarkRecords" => {
                let student = self.student(object).id;
                json!({"session_id": session, "marks": [{"student_id": student, "status": "LATE"}], "reason": "Seen"})
            }
            "ExcuseService.RequestExcuse" => {
                json!({"session_id": self.fresh(who, object, Begin::Active), "reason": "Ill"})
            }
            "ExcuseService.DecideExcuse" => {
                // It is decided once; callers who will be refused share one.
                let id = match is_theirs(who, object) {
                    true => self.ask(object, self.fresh(who, object, Begin::Active)).await,
                    false => self.excuse(object),
                };
                json!({"id": id, "decision": "APPROVE", "reason": "Seen"})
            }
            "ExcuseService.GetExcuse" | "ExcuseService.DownloadExcuseDocument" => json!({"id": self.excuse(object)}),
            "ExcuseService.ListExcuses" => json!({"session_id": self.excused_session(object), "page_size": 1}),
            "ReviewService.ListReviews" => json!({"session_id": self.flagged_session(object), "page_size": 1}),
            "ReviewService.GetReview" => json!({"record_id": self.flagged(object)}),
            "ReviewService.DecideReview" => {
                // It is decided once; callers who will be refused share one.
                let id = match is_theirs(who, object) {
                    true => self.flag(object, self.fresh(who, object, Begin::Active)).await,
                    false => self.flagged(object),
                };
                json!({"record_id": id, "decision": "CONFIRM", "reason": "Seen"})
            }
            "ReviewService.AppealReview" => {
                let id = match is_theirs(who, object) {
                    true => self.reject(object, self.fresh(who, object, Begin::Active)).await,
                    false => self.flagged(object),
                };
                json!({"record_id": id, "reason": "I was there"})
            }
            "RecordService.GetRecord" => {
                json!({"id": self.record(object)})
            }
            "FeedbackService.GiveFeedback" => {
                let session = self.attended.get(&object).copied().unwrap_or_else(Uuid::now_v7);
                json!({"session_id": session, "content": 5, "delivery": 4, "engagement": 3, "overall": 4})
            }
            "FeedbackService.GetSessionFeedback" => {
                json!({"session_id": self.attended.get(&object).copied().unwrap_or_else(Uuid::now_v7)})
            }
            "FeedbackService.GetFeedbackStatistics" => json!({"group_by": "COURSE"}),
            "ReportService.GetAnalytics" => json!({"group_by": "DAY"}),
            "ReportService.ListAtRisk" => json!({"below_percent": 100}),
            _ => return None,
        };
        Some(request)
    }
}
