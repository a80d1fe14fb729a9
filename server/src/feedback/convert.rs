//! Feedback as the contract writes it.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{Feedback, FeedbackFigures, Rating};

use crate::{
    convert::{count, timestamp},
    entity::feedback_answer::Model as Answer,
};

/// How often each rating was given, by question and rating, and by how many people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub answers: i64,
    pub counts: [[i64; 5]; 4],
}

pub fn answer_to_proto(answer: Answer, closes_at: DateTime<Utc>) -> Feedback {
    Feedback {
        content: answer.content,
        delivery: answer.delivery,
        engagement: answer.engagement,
        overall: answer.overall,
        comment: answer.comment,
        closes_at: Some(timestamp(closes_at)),
    }
}

pub fn figures_to_proto(figures: &Figures) -> FeedbackFigures {
    let [content, delivery, engagement, overall] = figures.counts.map(|counts| Some(rating(counts)));
    FeedbackFigures { answers: count(figures.answers), content, delivery, engagement, overall }
}

fn rating(counts: [i64; 5]) -> Rating {
    let answers: i64 = counts.iter().sum();
    let sum: i64 = (1..=5).zip(counts).map(|(rating, count)| rating * count).sum();
    Rating { mean: sum as f64 / answers as f64, counts: counts.map(count).to_vec() }
}
