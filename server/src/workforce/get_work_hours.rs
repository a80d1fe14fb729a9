//! GetWorkHours: sum up the segments of each day, none for more than counts.

use rollcall_proto::v1::{GetWorkHoursRequest, GetWorkHoursResponse, WorkHoursRow, WorkSegment};

use super::{
    service::Service,
    summary::{Named, Wanted},
};
use crate::{entity::work_day::Segment, principal::Principal, problem::Problem};

const DAYS: i32 = 7;
const MAX_HOURS: f64 = 16.0;
const MICROS_PER_HOUR: f64 = 3.6e9;

impl Service {
    pub(super) async fn get_work_hours(
        &self,
        principal: &Principal,
        request: GetWorkHoursRequest,
    ) -> Result<GetWorkHoursResponse, Problem> {
        let GetWorkHoursRequest { days, max_hours, employee_id, department } = request;
        let wanted = Wanted { days: days.unwrap_or(DAYS), employee_id, department };
        let (found, time_zone) = self.list_days(principal, wanted).await?;
        // A day of INs alone has nothing to sum up.
        let worked = found.into_iter().filter(|named| !named.day.segments.0.is_empty());
        let most = max_hours.unwrap_or(MAX_HOURS);
        Ok(GetWorkHoursResponse { rows: worked.map(|named| row(named, most)).collect(), time_zone })
    }
}

fn row(Named { employee_name, day }: Named, most: f64) -> WorkHoursRow {
    WorkHoursRow {
        employee_id: day.employee_id.to_string(),
        employee_name,
        date: day.date.to_string(),
        hours: total(&day.segments.0, most),
        segments: day
            .segments
            .0
            .into_iter()
            .map(|segment| WorkSegment { clamped: hours(&segment) > most, r#in: segment.start, out: segment.end })
            .collect(),
    }
}

/// To four digits after the point, which are a third of a second.
fn total(segments: &[Segment], most: f64) -> f64 {
    let sum: f64 = segments.iter().map(|segment| hours(segment).min(most)).sum();
    (sum * 1e4).round() / 1e4
}

fn hours(segment: &Segment) -> f64 {
    segment.micros as f64 / MICROS_PER_HOUR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_segment_counts_more_than_the_most() {
        let segment = |hours: f64| Segment {
            start: String::new(),
            end: String::new(),
            micros: (hours * MICROS_PER_HOUR).round() as i64,
        };
        let table: [(&[f64], f64, f64); 5] = [
            (&[8.0], 16.0, 8.0),
            (&[20.0], 16.0, 16.0),
            (&[20.0, 1.0], 12.0, 13.0),
            (&[1.0 / 3.0, 1.0 / 3.0], 16.0, 0.6667),
            (&[0.0], 16.0, 0.0),
        ];
        for (lengths, most, expected) in table {
            let segments: Vec<Segment> = lengths.iter().map(|hours| segment(*hours)).collect();
            assert_eq!(total(&segments, most), expected, "{lengths:?}");
        }
    }
}
