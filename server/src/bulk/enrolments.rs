//! Who belongs to which division, by division, student and first day.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rollcall_proto::v1::EnrolStudentRequest;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    spans::Spans,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, distinct, next},
};
use crate::{
    entity::{
        division,
        enrolment::Model,
        user::{self, Role},
    },
    organisation::{
        self,
        many::{self, EnrolmentKey},
    },
    people,
    problem::Problem,
    store::{Database, Tx},
};

pub struct Enrolments;

/// What rows mean, by names and addresses, and all enrolments of those whom they mean.
pub struct Known {
    divisions: HashMap<String, division::Model>,
    people: HashMap<String, user::Model>,
    enrolments: Vec<Model>,
}

pub struct Row {
    division: String,
    student_email: String,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    /// Whether the file says anything of last days.
    says_end: bool,
}

impl Table for Enrolments {
    const NAME: &'static str = "enrolments";
    const COLUMNS: &'static [Column] = &[
        Column::needed("division"),
        Column::needed("student_email"),
        Column::optional("from_date"),
        Column::optional("to_date"),
    ];
    const SINGLE: &'static str = "/rollcall.v1.DivisionService/EnrolStudent";
    const KEY_COLUMN: &'static str = "student_email";

    type Row = Row;
    type Key = (String, String, Option<NaiveDate>);
    type Known = Known;
    type Changes = Vec<Model>;
    type After = HashSet<Uuid>;
    type Position = EnrolmentKey;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let row = Row {
            division: cells.reference("division"),
            student_email: cells.reference("student_email").to_lowercase(),
            from: cells.date("from_date"),
            to: cells.date("to_date"),
            says_end: cells.has("to_date"),
        };
        cells.check(EnrolStudentRequest {
            // The file has names; whether there are such ones is not for the rules of fields to say.
            division_id: Uuid::nil().to_string(),
            student_id: Uuid::nil().to_string(),
            from_date: row.from.map(|day| day.to_string()),
            to_date: row.to.map(|day| day.to_string()),
        });
        Some(row)
    }

    fn key(row: &Row) -> Self::Key {
        (row.division.clone(), row.student_email.clone(), row.from)
    }

    async fn load<C: ConnectionTrait>(connection: &C, import: &Import, lines: &[Line<Row>]) -> Result<Known, Problem> {
        let college_id = import.college_id;
        let divisions = many::find_divisions(connection, college_id, &distinct(lines, |row| &row.division)).await?;
        let emails = distinct(lines, |row| &row.student_email);
        let people = people::many::find_by_email(connection, college_id, &emails).await?;
        let ids: Vec<_> = people.values().map(|person| person.id).collect();
        let enrolments = many::find_enrolments(connection, college_id, &ids).await?;
        Ok(Known { divisions, people, enrolments })
    }

    fn plan(import: &Import, lines: &[Line<Row>], known: Known, mut finding: Finding<'_>) -> Plan<Vec<Model>> {
        let Known { divisions, people, enrolments } = known;
        let mut spans = Spans::of(enrolments);
        let mut plan = Plan::<Vec<Model>>::default();
        for Line { line, row } in lines {
            let Some((division_id, student_id)) = refer(row, *line, &divisions, &people, &mut finding) else {
                continue;
            };
            let before = match row.from {
                Some(from) => spans.find(division_id, student_id, from),
                // Without a first day, the enrolment of today is meant, so that a file can be imported again tomorrow.
                None => spans.on(division_id, student_id, import.today),
            };
            let kept_end = before.filter(|_| !row.says_end).and_then(|span| span.to);
            let from = row.from.or(before.map(|span| span.from));
            let span = match organisation::span(from, row.to.or(kept_end), import.today) {
                Ok(span) => span,
                Err(problem) => {
                    let fault = problem.violations.into_iter().next().map(|violation| violation.description);
                    finding.add(*line, "to_date", fault.unwrap_or_default());
                    continue;
                }
            };
            if let Err(fault) = spans.put(division_id, student_id, span, *line) {
                finding.add(*line, "from_date", fault);
                continue;
            }
            match before {
                None => plan.created += 1,
                Some(before) if before.to == span.to => {
                    plan.unchanged += 1;
                    continue;
                }
                Some(_) => plan.updated += 1,
            }
            plan.changes.push(Model {
                college_id: import.college_id,
                division_id,
                student_id,
                from_date: span.from,
                to_date: span.to,
                created_at: import.now,
            });
        }
        for (line, fault) in spans.overlaps() {
            finding.add(line, "from_date", fault);
        }
        plan
    }

    async fn lock(tx: &Tx, import: &Import, lines: &[Line<Row>]) -> Result<(), Problem> {
        many::lock_students(tx, import.college_id, &distinct(lines, |row| &row.student_email)).await
    }

    async fn write(tx: &Tx, _: &Import, changes: Vec<Model>) -> Result<HashSet<Uuid>, Problem> {
        let touched = changes.iter().map(|enrolment| enrolment.division_id).collect();
        many::put_enrolments(tx, changes).await?;
        Ok(touched)
    }

    async fn announce(import: &Import, touched: HashSet<Uuid>) {
        for division_id in touched {
            organisation::outdate_roster(&import.importer.store, import.college_id, division_id).await;
        }
    }

    async fn page(
        database: &Database,
        college_id: Uuid,
        after: Option<EnrolmentKey>,
    ) -> Result<Page<EnrolmentKey>, Problem> {
        let connection = database.reader();
        let found = many::list_enrolments_after(connection, college_id, after, PAGE_ROWS).await?;
        let next = next(&found, |last| (last.division_id, last.student_id, last.from_date));
        let division_ids: HashSet<_> = found.iter().map(|row| row.division_id).collect();
        let division_ids: Vec<_> = division_ids.into_iter().collect();
        let names = many::find_division_names(connection, college_id, &division_ids).await?;
        let student_ids: Vec<_> = found.iter().map(|row| row.student_id).collect();
        // Who was deleted, or is no student any more, could not be enrolled again.
        let emails = people::many::find_student_emails(connection, college_id, &student_ids).await?;
        let rows = found.into_iter().filter_map(|row| {
            let (name, email) = (names.get(&row.division_id)?, emails.get(&row.student_id)?);
            Some(vec![
                Cell::Text(name.clone()),
                Cell::Text(email.clone()),
                Cell::typed(row.from_date),
                Cell::optional(row.to_date),
            ])
        });
        Ok(Page { rows: rows.collect(), next })
    }
}

/// What a row refers to. Where there is none of it, that is a fault.
fn refer(
    row: &Row,
    line: u32,
    divisions: &HashMap<String, division::Model>,
    people: &HashMap<String, user::Model>,
    finding: &mut Finding<'_>,
) -> Option<(Uuid, Uuid)> {
    let (division, person) = (divisions.get(&row.division), people.get(&row.student_email));
    if division.is_none() {
        finding.add(line, "division", "is none of the college's: take the name of one, or import it first");
    }
    match person {
        None => finding.add(line, "student_email", "is nobody's: import the person first"),
        Some(person) if person.role != Role::Student => {
            finding.add(line, "student_email", "is not a student's: only students are enrolled");
            return None;
        }
        Some(_) => {}
    }
    Some((division?.id, person?.id))
}
