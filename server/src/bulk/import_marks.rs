//! ImportMarks: read the file, row by row → find out whom the rows mean → hold them against the session → refuse all if one is at
//! fault; else mark as a list does.

use std::collections::HashSet;

use csv::ByteRecord;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{ImportMarksRequest, ImportMarksResponse, attendance_record},
};
use uuid::Uuid;

use super::{
    cells::{Cells, FieldRules},
    fault::{self, Faults, Place},
    file::File,
    header::{Column, number},
    import_rows::check_type,
    service::Service,
};
use crate::{
    convert::{self, count},
    entity::{attendance_record::Status, record_change::Source},
    origin::Origin,
    people,
    principal::Principal,
    problem::Problem,
    record::{self, Fault, Marking},
};

const COLUMNS: &[Column] = &[Column::needed("student"), Column::needed("status")];
const STUDENT: &str = "student";
/// As many as MarkRecords takes.
const MAX_ROWS: usize = 1000;
/// The call whose rules hold for the reason and each row.
const SINGLE: &str = "/rollcall.v1.RecordService/MarkRecords";

struct Row {
    line: u32,
    /// An address, or an id.
    student: String,
    status: Status,
}

/// What a file says.
struct Sheet {
    rows: Vec<Row>,
    /// How many rows there are, faulty ones too.
    count: usize,
    /// Where the column of the students stands.
    column: u32,
    faults: Faults,
}

impl Service {
    pub(super) async fn import_marks(
        &self,
        principal: &Principal,
        request: ImportMarksRequest,
        origin: Origin,
    ) -> Result<ImportMarksResponse, Problem> {
        let ImportMarksRequest { session_id, dry_run, reason, file } = request;
        let file = file.unwrap_or_default();
        check_type(&file.content_type)?;
        let store = &self.importer.store;
        let mut marking = Marking {
            principal: principal.clone(),
            origin,
            session_id: convert::id("session_id", &session_id)?,
            marks: Vec::new(),
            reason,
            source: Source::Import,
            now: self.clock.now(),
        };
        // Whoever may not mark the session does not get to know what is wrong with a file.
        marking.look(store).await?;
        let turn = self.turns.take(principal.college_id).await?;
        let contract = self.contract.clone();
        let mut sheet =
            turn.work(move || Sheet::read(&file, FieldRules { contract: &contract, path: SINGLE })).await??;
        let lines = self.resolve(principal, &mut sheet, &mut marking).await?;
        let roll = marking.look(store).await?;
        let planned = match roll.plan(&marking.marks, marking.has_reason()) {
            Ok(plan) => (plan.changes.made.len(), plan.changes.changed.len(), plan.unchanged),
            Err(faults) => {
                sheet.add(&lines, &faults);
                (0, 0, 0)
            }
        };
        let rows = sheet.count;
        if dry_run {
            return Ok(told(true, rows, planned, sheet.faults));
        }
        if !sheet.faults.is_empty() {
            return Err(sheet.faults.refuse());
        }
        match marking.write(store).await? {
            Ok(marked) => {
                let done = (marked.created, marked.updated, marked.unchanged);
                Ok(told(false, rows, done, Faults::default()))
            }
            // Something has changed since the look.
            Err(faults) => {
                sheet.add(&lines, &faults);
                Err(sheet.faults.refuse())
            }
        }
    }

    /// Puts whom the rows mean into the marking, and tells the line of each.
    async fn resolve(
        &self,
        principal: &Principal,
        sheet: &mut Sheet,
        marking: &mut Marking,
    ) -> Result<Vec<u32>, Problem> {
        let by_address: HashSet<&str> =
            sheet.rows.iter().map(|row| row.student.as_str()).filter(|text| Uuid::try_parse(text).is_err()).collect();
        let addresses: Vec<&str> = by_address.into_iter().collect();
        let reader = self.importer.store.database.reader();
        let people = people::many::find_by_email(reader, principal.college_id, &addresses).await?;
        let mut lines = Vec::with_capacity(sheet.rows.len());
        for Row { line, student, status } in std::mem::take(&mut sheet.rows) {
            let id = Uuid::try_parse(&student).ok().or_else(|| people.get(&student).map(|person| person.id));
            match id {
                Some(id) => {
                    marking.marks.push((id, status));
                    lines.push(line);
                }
                // As one of the college who does not belong to the session.
                None => sheet.fault(line, Fault::Stranger.description()),
            }
        }
        Ok(lines)
    }
}

impl Sheet {
    fn read(file: &HttpBody, rules: FieldRules<'_>) -> Result<Self, Problem> {
        let mut sheet = Self { rows: Vec::new(), count: 0, column: 0, faults: Faults::default() };
        let Some(mut file) = File::open(&file.data, COLUMNS, &mut sheet.faults) else { return Ok(sheet) };
        sheet.column = file.header.index(STUDENT).map_or(0, number);
        let mut record = ByteRecord::new();
        while let Some(line) = file.next(&mut record, &mut sheet.faults) {
            if file.rows() > MAX_ROWS {
                let fault = format!("is row {}: split the file into ones of at most {MAX_ROWS} rows", file.rows());
                sheet.faults.add(Place::row(line), fault);
                break;
            }
            let mut cells = Cells::new(line, &file.header, &record, file.decimal_comma, rules, &mut sheet.faults);
            let student = cells.reference(STUDENT).to_lowercase();
            let status = cells.needed_value("status", |text| {
                let named = attendance_record::Status::from_str_name(&text.to_uppercase());
                record::by_hand(named.unwrap_or_default())
            });
            let is_sound = cells.are_sound();
            cells.end()?;
            if let (true, Some(status)) = (is_sound, status) {
                sheet.rows.push(Row { line, student, status });
            }
        }
        sheet.count = file.rows();
        Ok(sheet)
    }

    fn fault(&mut self, line: u32, description: &str) {
        self.faults.add(Place { line, column: STUDENT.into(), number: self.column }, description);
    }

    /// The faults of marks, which stand in these lines.
    fn add(&mut self, lines: &[u32], faults: &[(usize, Fault)]) {
        for (place, fault) in faults {
            self.fault(lines.get(*place).copied().unwrap_or_default(), fault.description());
        }
    }
}

fn told(
    dry_run: bool,
    rows: usize,
    (created, updated, unchanged): (usize, usize, usize),
    faults: Faults,
) -> ImportMarksResponse {
    ImportMarksResponse {
        dry_run,
        rows: count(rows),
        created: count(created),
        updated: count(updated),
        unchanged: count(unchanged),
        fault_count: count(faults.total()),
        faults: fault::told(faults),
    }
}
