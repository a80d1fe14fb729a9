//! Weekly slots, by division, teacher, weekday, start and first day.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveTime};
use rollcall_proto::v1::CreateTimetableRequest;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    slots::{Held, Known, slot_of},
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, next},
};
use crate::{
    convert,
    entity::timetable::Model,
    geofence, organisation, people,
    problem::Problem,
    store::{Database, Tx},
    timetable::{self, many},
};

pub struct Timetables;

pub struct Row {
    pub division: String,
    pub teacher_email: String,
    pub location: String,
    pub subject: String,
    pub day_of_week: i32,
    pub start_time: NaiveTime,
    pub end_time: NaiveTime,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// Whether the file says anything of last days.
    says_end: bool,
}

impl Table for Timetables {
    const NAME: &'static str = "timetables";
    const COLUMNS: &'static [Column] = &[
        Column::needed("division"),
        Column::needed("day_of_week"),
        Column::needed("start_time"),
        Column::needed("end_time"),
        Column::needed("teacher_email"),
        Column::needed("location"),
        Column::needed("subject"),
        Column::optional("valid_from"),
        Column::optional("valid_to"),
    ];
    const SINGLE: &'static str = "/rollcall.v1.TimetableService/CreateTimetable";
    const KEY_COLUMN: &'static str = "start_time";

    type Row = Row;
    type Key = (String, String, i32, NaiveTime, Option<NaiveDate>);
    type Known = Known;
    type Changes = Vec<Model>;
    type After = ();
    type Position = Uuid;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let (division, location) = (cells.reference("division"), cells.reference("location"));
        let teacher_email = cells.reference("teacher_email").to_lowercase();
        let day_of_week = cells.integer("day_of_week");
        let start_time = cells.needed_value("start_time", convert::read_clock);
        let end_time = cells.needed_value("end_time", convert::read_clock);
        let (valid_from, valid_to) = (cells.date("valid_from"), cells.date("valid_to"));
        let text = |time: Option<NaiveTime>| time.map(convert::clock_text).unwrap_or_default();
        let subject = cells.needed("subject");
        let CreateTimetableRequest { subject, .. } = cells.check(CreateTimetableRequest {
            // The file has names; whether there are such ones is not for the rules of fields to say.
            division_id: Uuid::nil().to_string(),
            location_id: Uuid::nil().to_string(),
            teacher_id: Uuid::nil().to_string(),
            subject,
            day_of_week: day_of_week.unwrap_or_default(),
            start_time: text(start_time),
            end_time: text(end_time),
            valid_from: valid_from.map(|day| day.to_string()),
            valid_to: valid_to.map(|day| day.to_string()),
            also_location_ids: Vec::new(),
        });
        Some(Row {
            division,
            teacher_email,
            location,
            subject,
            day_of_week: day_of_week?,
            start_time: start_time?,
            end_time: end_time?,
            valid_from,
            valid_to,
            says_end: cells.has("valid_to"),
        })
    }

    fn key(row: &Row) -> Self::Key {
        (row.division.clone(), row.teacher_email.clone(), row.day_of_week, row.start_time, row.valid_from)
    }

    async fn load<C: ConnectionTrait>(connection: &C, import: &Import, lines: &[Line<Row>]) -> Result<Known, Problem> {
        Known::load(connection, import.college_id, lines).await
    }

    fn plan(import: &Import, lines: &[Line<Row>], mut known: Known, mut finding: Finding<'_>) -> Plan<Vec<Model>> {
        let mut held = Held::of(std::mem::take(&mut known.slots));
        let mut plan = Plan::<Vec<Model>>::default();
        // What is to be after the import, with the line of each.
        let (mut wanted, mut wanted_lines) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
        for Line { line, row } in lines {
            let Some(fresh) = known.slot(row, *line, import, &mut finding) else { continue };
            let same = match row.valid_from {
                Some(first) => held.take(&slot_of(&fresh), first),
                // Without a first day the slot of today is meant, so that a file can be imported again tomorrow.
                None => held.take_valid_on(&slot_of(&fresh), import.today),
            };
            let after = match &same {
                None => fresh,
                Some(before) => Model {
                    location_id: fresh.location_id,
                    subject: fresh.subject,
                    end_time: fresh.end_time,
                    valid_to: if row.says_end { fresh.valid_to } else { before.valid_to },
                    ..before.clone()
                },
            };
            if let Err(problem) = timetable::check_slot("", &after) {
                for violation in problem.violations {
                    let column = if violation.field == "end_time" { "end_time" } else { "valid_to" };
                    finding.add(*line, column, violation.description);
                }
                continue;
            }
            match same {
                None => {
                    plan.created += 1;
                    plan.changes.push(after.clone());
                }
                Some(before) if before == after => plan.unchanged += 1,
                Some(_) => {
                    plan.updated += 1;
                    plan.changes.push(Model { updated_at: import.now, ..after.clone() });
                }
            }
            wanted.push(after);
            wanted_lines.push(*line);
        }
        for (line, told) in clashes(&held.rest(), &wanted, &wanted_lines) {
            finding.add(line, "start_time", told);
        }
        plan
    }

    async fn write(tx: &Tx, _: &Import, changes: Vec<Model>) -> Result<(), Problem> {
        many::put(tx, changes).await
    }

    async fn announce(_: &Import, (): ()) {}

    async fn page(database: &Database, college_id: Uuid, after: Option<Uuid>) -> Result<Page<Uuid>, Problem> {
        let connection = database.reader();
        let found = many::list_after(connection, college_id, after, PAGE_ROWS).await?;
        let next = next(&found, |last| last.id);
        let ids = |id: fn(&Model) -> Uuid| found.iter().map(id).collect::<HashSet<_>>().into_iter().collect::<Vec<_>>();
        let divisions = ids(|slot| slot.division_id);
        let divisions = organisation::many::find_division_names(connection, college_id, &divisions).await?;
        let locations = ids(|slot| slot.location_id);
        let locations = geofence::many::find_names(connection, college_id, &locations).await?;
        let teachers = people::many::find_teacher_emails(connection, college_id, &ids(|slot| slot.teacher_id)).await?;
        let rows = found.into_iter().filter_map(|slot| {
            // A slot of somebody who was deleted, or teaches no more, could not be made again.
            Some(vec![
                Cell::Text(divisions.get(&slot.division_id)?.clone()),
                Cell::typed(slot.day_of_week),
                Cell::typed(convert::clock_text(slot.start_time)),
                Cell::typed(convert::clock_text(slot.end_time)),
                Cell::Text(teachers.get(&slot.teacher_id)?.clone()),
                Cell::Text(locations.get(&slot.location_id)?.clone()),
                Cell::Text(slot.subject),
                Cell::typed(slot.valid_from),
                Cell::optional(slot.valid_to),
            ])
        });
        Ok(Page { rows: rows.collect(), next })
    }
}

/// The lines whose slot cannot be, with what is in its way.
fn clashes(held: &[Model], wanted: &[Model], lines: &[u32]) -> Vec<(u32, String)> {
    let line_of: HashMap<_, _> = wanted.iter().map(|slot| slot.id).zip(lines).collect();
    let told = |conflict: timetable::Conflict<'_>| {
        let taken = timetable::taken(&wanted[conflict.wanted], conflict.other).message;
        let whose = line_of.get(&conflict.other.id).map(|line| format!(" It is in line {line}.")).unwrap_or_default();
        (lines[conflict.wanted], format!("is taken: {taken}{whose}"))
    };
    timetable::conflicts(held, wanted).into_iter().map(told).collect()
}
