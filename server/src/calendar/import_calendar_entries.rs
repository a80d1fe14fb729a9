//! ImportCalendarEntries: read the file → hold it against what came from it before → write all of it, or nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use rollcall_proto::v1::{
    ImportCalendarEntriesRequest, ImportCalendarEntriesResponse,
    import_calendar_entries_response::{Fault, Skipped},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    convert,
    ics::{self, Occurrence},
    service::Service,
    store,
};
use crate::{
    audit,
    entity::calendar_entry::{Kind, Model},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem, Violation},
};

/// How many faults a dry run tells of; the others are only counted.
const LISTED_FAULTS: usize = 1_000;

/// What becomes of what is in a file.
#[derive(Default)]
struct Plan {
    made: Vec<Model>,
    changed: Vec<Model>,
    unchanged: usize,
}

impl Service {
    pub(super) async fn import(
        &self,
        principal: &Principal,
        request: ImportCalendarEntriesRequest,
        origin: Origin,
    ) -> Result<ImportCalendarEntriesResponse, Problem> {
        let (college_id, now, dry_run) = (principal.college_id, self.clock.now(), request.dry_run);
        let kind = convert::kind_from_proto(request.kind());
        let bytes = request.file.unwrap_or_default().data;
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let year = organisation::day_in(&college.time_zone, now).year();
        let first = NaiveDate::from_yo_opt(year - 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(year + 5, 12, 31).unwrap_or(NaiveDate::MAX);
        let row = audit::Row::by(principal, &origin, "calendar.imported", now);
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        // Rules take their time, which is not for the threads that serve everybody else.
        let file = tokio::task::spawn_blocking(move || ics::read(&bytes, &(first..=last)));
        let file = match file.await.map_err(Problem::internal)? {
            Ok(file) => file,
            Err(faults) if dry_run => return Ok(listed(faults)),
            Err(faults) => return Err(refused(&faults)),
        };
        let occurrences = file.occurrences;
        let plan = self
            .store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    // One import at a time: two of the same file would both find nothing of it there.
                    organisation::lock_college(tx, college_id).await?;
                    let uids: BTreeSet<_> = occurrences.iter().map(|occurrence| occurrence.uid.clone()).collect();
                    let uids: Vec<_> = uids.into_iter().collect();
                    let mut there = store::lock_imported(tx, college_id, &uids).await?;
                    let mut plan = Plan::default();
                    for occurrence in occurrences {
                        let key = (occurrence.uid.clone(), occurrence.recurrence_id.clone());
                        plan.add(there.remove(&key), occurrence, kind, college_id, now);
                    }
                    if !dry_run && plan.made.len() + plan.changed.len() > 0 {
                        store::insert(tx, plan.made.clone()).await?;
                        for entry in &plan.changed {
                            store::write(tx, entry).await?;
                        }
                        let (made, changed) = (plan.made.len(), plan.changed.len());
                        let detail = json!({"created": made, "updated": changed, "sha256": sha256});
                        audit::insert(tx, row.detail(detail)).await?;
                    }
                    Ok(plan)
                })
            })
            .await?;
        Ok(plan.told(dry_run, file.skipped))
    }
}

impl Plan {
    /// What the file says counts, if it says something else than before; otherwise what was made of it by hand.
    fn add(
        &mut self,
        there: Option<Model>,
        occurrence: Occurrence,
        kind: Option<Kind>,
        college_id: Uuid,
        now: DateTime<Utc>,
    ) {
        let Occurrence { uid, recurrence_id, name, from, to } = occurrence;
        let kind = kind.unwrap_or(if from == to { Kind::Holiday } else { Kind::Break });
        let said = json!([format!("{kind:?}"), name, from, to]).to_string();
        let digest = Sha256::digest(said).to_vec();
        if there.as_ref().is_some_and(|entry| entry.source_digest.as_deref() == Some(digest.as_slice())) {
            self.unchanged += 1;
            return;
        }
        let entry = Model {
            college_id,
            id: there.as_ref().map_or_else(Uuid::now_v7, |entry| entry.id),
            kind,
            name,
            from_date: from,
            to_date: to,
            days_of_week: convert::bits(&[]),
            start_time: None,
            end_time: None,
            source_uid: Some(uid),
            source_recurrence_id: Some(recurrence_id),
            source_digest: Some(digest),
            created_at: there.as_ref().map_or(now, |entry| entry.created_at),
            updated_at: now,
        };
        if there.is_some() { self.changed.push(entry) } else { self.made.push(entry) }
    }

    fn told(self, dry_run: bool, skipped: Vec<ics::Skipped>) -> ImportCalendarEntriesResponse {
        let (created, updated, unchanged) = (count(self.made.len()), count(self.changed.len()), count(self.unchanged));
        let made = self.made.into_iter().map(|entry| {
            let mut told = convert::to_proto(entry);
            if dry_run {
                told.id.clear();
            }
            told
        });
        let mut entries: Vec<_> = made.chain(self.changed.into_iter().map(convert::to_proto)).collect();
        entries.sort_by(|one, other| (&one.from_date, &one.name).cmp(&(&other.from_date, &other.name)));
        let skipped = skipped.into_iter().map(|event| Skipped {
            line: count(event.line),
            uid: event.uid,
            name: event.name,
            reason: event.reason.into(),
        });
        let skipped = skipped.collect();
        ImportCalendarEntriesResponse { dry_run, created, updated, unchanged, entries, skipped, ..Default::default() }
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a dry run tells of a file with faults.
fn listed(faults: Vec<ics::Fault>) -> ImportCalendarEntriesResponse {
    let fault_count = count(faults.len());
    let faults = faults.into_iter().take(LISTED_FAULTS);
    let faults = faults.map(|fault| Fault { line: count(fault.line), description: fault.what }).collect();
    ImportCalendarEntriesResponse { dry_run: true, fault_count, faults, ..Default::default() }
}

/// Why the file is refused. A refusal has room for the first faults only.
fn refused(faults: &[ics::Fault]) -> Problem {
    let message = match faults {
        [one] => format!("Line {} {}. Nothing was changed.", one.line, one.what),
        many => format!("The file has {} faults. Nothing was changed; a dry run lists them.", many.len()),
    };
    let violations =
        faults.iter().map(|fault| Violation { field: format!("line {}", fault.line), description: fault.what.clone() });
    Problem { violations: violations.collect(), ..Problem::new(ErrorReason::ImportFaulty, message) }
        .with("fault_count", faults.len())
}
