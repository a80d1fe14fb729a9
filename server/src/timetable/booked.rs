//! When the slots of a whole college take its teachers, divisions and rooms, in few columns: what a search for a free time asks.

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{
    recurrence::{Occurrence, Weekly, weekday},
    store::valid_within,
};
use crate::{
    entity::timetable::{self, Column},
    problem::Problem,
};

/// A slot, as far as it takes somebody's time.
#[derive(Clone, Copy, Debug)]
pub struct Booked {
    pub slot_id: Uuid,
    pub division_id: Uuid,
    pub teacher_id: Uuid,
    pub location_id: Uuid,
    weekly: Weekly,
}

impl Booked {
    /// When it takes place on some days, in order.
    pub fn occurrences(
        self,
        zone: Tz,
        days_off: &BTreeSet<NaiveDate>,
        days: &RangeInclusive<NaiveDate>,
    ) -> impl Iterator<Item = Occurrence> {
        self.weekly.occurrences(zone, days_off, *days.start(), *days.end())
    }
}

type Row = (Uuid, Uuid, Uuid, Uuid, i32, NaiveTime, NaiveTime, NaiveDate, Option<NaiveDate>);

/// A college's slots that may take place on some days.
pub async fn booked(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<Booked>, Problem> {
    let columns = [
        Column::Id,
        Column::DivisionId,
        Column::TeacherId,
        Column::LocationId,
        Column::DayOfWeek,
        Column::StartTime,
        Column::EndTime,
        Column::ValidFrom,
        Column::ValidTo,
    ];
    let query = timetable::in_college(college_id).filter(valid_within(*days.start(), *days.end()));
    let rows: Vec<Row> = query.select_only().columns(columns).into_tuple().all(connection).await?;
    let read = |(slot_id, division_id, teacher_id, location_id, day, start, end, valid_from, valid_to): Row| Booked {
        slot_id,
        division_id,
        teacher_id,
        location_id,
        weekly: Weekly { weekday: weekday(day), start, end, valid_from, valid_to },
    };
    Ok(rows.into_iter().map(read).collect())
}
