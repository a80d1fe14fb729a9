//! GetFeedbackStatistics.

use rollcall_proto::v1::{
    GetFeedbackStatisticsRequest, GetFeedbackStatisticsResponse, get_feedback_statistics_request::GroupBy,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, class::request, college::College, in_every_world, seed::State, world::Plan,
};
use uuid::Uuid;

use super::{UNTIL_PUBLISHED, give};

in_every_world!(sums_up_what_is_published);

async fn statistics(actor: &Actor, request: GetFeedbackStatisticsRequest) -> GetFeedbackStatisticsResponse {
    actor.feedback().get_feedback_statistics(request).await.answer()
}

/// Groups as key, sessions, answers and how often each overall rating was given.
fn told(response: &GetFeedbackStatisticsResponse) -> Vec<(String, i32, i32, Vec<i32>)> {
    let groups = response.groups.iter().map(|group| {
        let figures = group.figures.as_ref().expect("figures");
        let overall = figures.overall.as_ref().expect("ratings");
        let sum: i32 = (1..).zip(&overall.counts).map(|(rating, count)| rating * count).sum();
        assert!((overall.mean - f64::from(sum) / f64::from(figures.answers)).abs() < 1e-9, "{overall:?}");
        (group.key.clone(), group.sessions, figures.answers, overall.counts.clone())
    });
    groups.collect()
}

async fn sums_up_what_is_published(kind: Kind) {
    let mut college = College::new("riverside", 4);
    let (teacher, other) = (college.teacher.id, college.other_teacher.id);
    // Two of one teacher, two of the other, in three subjects; of the last one too few say something.
    let plan = [(teacher, "Algebra", 4), (teacher, "Botany", 3), (other, "Algebra", 3), (other, "Drawing", 2)];
    let sessions: Vec<Uuid> = plan
        .iter()
        .map(|(teacher, subject, _)| {
            let id = college.another_session(State::Active).id;
            let session = college.more.sessions.last_mut().expect("the session");
            (session.teacher_id, session.subject) = (*teacher, (*subject).to_owned());
            id
        })
        .collect();
    let class = Class::of(Plan::new(kind), college).await;
    for (number, session) in sessions.iter().enumerate() {
        let code = rollcall_proto::v1::GetCurrentCodeRequest {
            location_id: class.college.location.id.to_string(),
            session_id: Some(session.to_string()),
        };
        let code = class.admin().codes().get_current_code(code).await.answer().code;
        for student in 0..plan[number].2 {
            let request = request(*session, &code, class.college.north(0.0));
            class.student(student).check_ins().check_in(request).await.answer();
        }
        let end = rollcall_proto::v1::EndSessionRequest { id: session.to_string() };
        class.admin().sessions().end_session(end).await.answer();
        for student in 0..plan[number].2 {
            give(&class.student(student), *session, 1 + (number + student) as i32 % 5).await;
        }
    }
    let by = |group_by: GroupBy| GetFeedbackStatisticsRequest { group_by: group_by as i32, ..Default::default() };
    for staff in [class.teacher(), class.other_teacher(), class.admin()] {
        assert_eq!(statistics(&staff, by(GroupBy::Course)).await.groups, [], "nothing is published");
    }
    class.world.advance(UNTIL_PUBLISHED).await;

    let row =
        |key: &dyn ToString, sessions, answers, counts: [i32; 5]| (key.to_string(), sessions, answers, counts.to_vec());
    let mut by_teacher = vec![row(&teacher, 2, 7, [1, 2, 2, 2, 0]), row(&other, 1, 3, [0, 0, 1, 1, 1])];
    by_teacher.sort();
    let courses = vec![row(&"Algebra", 2, 7, [1, 1, 2, 2, 1]), row(&"Botany", 1, 3, [0, 1, 1, 1, 0])];
    let admin = class.admin();
    assert_eq!(told(&statistics(&admin, by(GroupBy::Teacher)).await), by_teacher);
    assert_eq!(told(&statistics(&admin, by(GroupBy::Course)).await), courses);
    // Teachers find their own, whomever they ask for.
    let own = vec![row(&"Algebra", 1, 3, [0, 0, 1, 1, 1])];
    assert_eq!(told(&statistics(&class.other_teacher(), by(GroupBy::Course)).await), own);
    let theirs = GetFeedbackStatisticsRequest { teacher_id: Some(teacher.to_string()), ..by(GroupBy::Course) };
    assert_eq!(statistics(&class.other_teacher(), theirs.clone()).await.groups, []);
    assert_eq!(
        told(&statistics(&admin, theirs).await),
        [row(&"Algebra", 1, 4, [1, 1, 1, 1, 0]), row(&"Botany", 1, 3, [0, 1, 1, 1, 0])]
    );
    let subject = GetFeedbackStatisticsRequest { subject: Some("Botany".to_owned()), ..by(GroupBy::Course) };
    assert_eq!(told(&statistics(&admin, subject).await), courses[1..]);
    let future = GetFeedbackStatisticsRequest { from_date: Some("2199-01-01".to_owned()), ..by(GroupBy::Course) };
    assert_eq!(statistics(&admin, future).await.groups, []);
    let past = GetFeedbackStatisticsRequest { to_date: Some("2199-01-01".to_owned()), ..by(GroupBy::Course) };
    assert_eq!(told(&statistics(&admin, past).await), courses);

    for group_by in [GroupBy::Teacher, GroupBy::Course] {
        let all = statistics(&admin, by(group_by)).await;
        let mut request = GetFeedbackStatisticsRequest { page_size: 1, ..by(group_by) };
        let mut paged = Vec::new();
        loop {
            let page = statistics(&admin, request.clone()).await;
            paged.extend(page.groups);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(paged, all.groups);
    }
}
