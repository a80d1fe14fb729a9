//! ImportRows: read the file, row by row → hold the rows against what the college has → refuse all if one is at fault; else
//! lock the college, look again, write in few statements → tell those who keep copies.
//!
//! Reading and looking come before the transaction, so that a faulty file never keeps others from writing, and a long one
//! does so only while it is written.

use std::sync::Arc;

use rollcall_proto::{google::api::HttpBody, v1::ImportRowsResponse};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    cells::FieldRules,
    fault::{self, Faults},
    service::Service,
    sheet::Sheet,
    table::{Finding, Import, Plan, Table},
};
use crate::{
    audit,
    convert::count,
    identity,
    import::Turn,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{LONGEST_WRITE, detach},
};

/// From so many new rows on, the database should know how many there are.
const MANY: i32 = 500;

/// How an import is done.
#[derive(Clone, Copy)]
pub struct Options {
    pub dry_run: bool,
    /// Whether people who are made without a password are invited to choose one.
    pub invite: bool,
}

impl Service {
    pub(super) async fn import_rows<T: Table>(
        &self,
        principal: &Principal,
        file: HttpBody,
        options: Options,
        origin: Origin,
    ) -> Result<ImportRowsResponse, Problem> {
        check_type(&file.content_type)?;
        let Options { dry_run, invite } = options;
        if invite && !T::HAS_PEOPLE {
            return Err(Problem::invalid_field("invite", "must be left out: only people are invited"));
        }
        let turn = self.turns.take(principal.college_id).await?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let college = organisation::find_college(&self.importer.store.database, college_id).await?;
        let today = organisation::day_in(&college.time_zone, now);
        if invite {
            self.importer.outbox.require()?;
            identity::check_invitations(&college)?;
        }
        let (importer, principal) = (self.importer.clone(), principal.clone());
        let import = Arc::new(Import { importer, college_id, now, today, invite, principal, origin });
        let sheet: Sheet<T> = self.read(file, &turn).await?;
        let reader = self.importer.store.database.reader();
        let (mut sheet, plan) = plan(reader, &import, sheet, &turn).await?;
        if dry_run {
            return Ok(told(&plan, sheet.rows, std::mem::take(&mut sheet.faults), true));
        }
        if !sheet.faults.is_empty() {
            return Err(sheet.faults.refuse());
        }
        if plan.is_empty() {
            return Ok(told(&plan, sheet.rows, Faults::default(), false));
        }
        write(import, sheet, turn).await
    }

    async fn read<T: Table>(&self, file: HttpBody, turn: &Turn) -> Result<Sheet<T>, Problem> {
        let contract = self.contract.clone();
        turn.work(move || Sheet::read(&file.data, FieldRules { contract: &contract, path: T::SINGLE })).await?
    }
}

/// Holds a file against what the college has; what is wrong is among the faults of the sheet then.
async fn plan<T: Table>(
    connection: &impl ConnectionTrait,
    import: &Arc<Import>,
    mut sheet: Sheet<T>,
    turn: &Turn,
) -> Result<(Sheet<T>, Plan<T::Changes>), Problem> {
    let known = T::load(connection, import, &sheet.lines).await?;
    let import = import.clone();
    let work = move || {
        let finding = Finding { faults: &mut sheet.faults, columns: &sheet.columns };
        let plan = T::plan(&import, &sheet.lines, known, finding);
        (sheet, plan)
    };
    turn.work(work).await
}

/// Writes what a file without faults says. The turn ends with the write, whoever has gone away by then.
async fn write<T: Table>(import: Arc<Import>, sheet: Sheet<T>, turn: Turn) -> Result<ImportRowsResponse, Problem> {
    detach(async move {
        let _turn = turn.clone();
        let (writing, database) = (import.clone(), import.importer.store.database.clone());
        let work = database.write_within(LONGEST_WRITE, move |tx| {
            Box::pin(async move {
                // One import at a time in a college, and nobody else decides meanwhile who administers.
                organisation::lock_college(tx, writing.college_id).await?;
                T::lock(tx, &writing, &sheet.lines).await?;
                // It came here without faults, so that those that it has now are of this look.
                let (sheet, mut plan) = plan(tx, &writing, sheet, &turn).await?;
                if !sheet.faults.is_empty() {
                    return Err(sheet.faults.refuse());
                }
                let after = T::write(tx, &writing, std::mem::take(&mut plan.changes)).await?;
                let answer = told(&plan, sheet.rows, Faults::default(), false);
                if !plan.is_empty() {
                    let row = audit::Row::by(&writing.principal, &writing.origin, "rows.imported", writing.now);
                    audit::insert(tx, row.detail(detail::<T>(&answer))).await?;
                }
                Ok((answer, after))
            })
        });
        let (answer, after) = work.await?;
        T::announce(&import, after).await;
        if answer.created >= MANY {
            import.importer.store.database.analyse(T::NAME).await;
        }
        Ok(answer)
    })
    .await
}

fn detail<T: Table>(answer: &ImportRowsResponse) -> serde_json::Value {
    json!({
        "kind": T::NAME,
        "rows": answer.rows,
        "created": answer.created,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "invited": answer.invited,
    })
}

fn told<C>(plan: &Plan<C>, rows: usize, faults: Faults, dry_run: bool) -> ImportRowsResponse {
    ImportRowsResponse {
        dry_run,
        rows: count(rows),
        created: count(plan.created),
        updated: count(plan.updated),
        unchanged: count(plan.unchanged),
        invited: count(plan.invited),
        fault_count: count(faults.total()),
        faults: fault::told(faults),
    }
}

/// Anything but CSV would be read as one column with a strange name.
pub fn check_type(content_type: &str) -> Result<(), Problem> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("text/csv") {
        return Ok(());
    }
    let description = "must be text/csv: over REST, send it as the Content-Type of the body";
    Err(Problem::invalid_field("file.content_type", description))
}
