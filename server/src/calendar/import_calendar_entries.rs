//! ImportCalendarEntries: read the file → hold it against what came from it before → refuse all if something is at fault; else
//! lock the college, look again, write what differs in few statements.

use std::collections::{BTreeSet, HashMap};

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
    ics::{self, Faults, File, Occurrence, Place},
    service::Service,
    store::{self, Source},
};
use crate::{
    audit,
    convert::count,
    entity::calendar_entry::{Kind, Model},
    import::Turn,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{LONGEST_WRITE, detach},
};

/// Where, as what and when a file is taken.
#[derive(Clone, Copy)]
struct Terms {
    college_id: Uuid,
    /// What all of it becomes. Where it is not said, the length of each event says so.
    kind: Option<Kind>,
    now: DateTime<Utc>,
}

/// What becomes of what is in a file.
#[derive(Default)]
struct Plan {
    made: Vec<Model>,
    changed: Vec<Model>,
    unchanged: usize,
}

impl Service {
    pub(super) async fn import_calendar_entries(
        &self,
        principal: &Principal,
        request: ImportCalendarEntriesRequest,
        origin: Origin,
    ) -> Result<ImportCalendarEntriesResponse, Problem> {
        let (college_id, now, dry_run) = (principal.college_id, self.clock.now(), request.dry_run);
        let terms = Terms { college_id, kind: convert::kind_from_proto(request.kind()), now };
        let bytes = request.file.unwrap_or_default().data;
        let turn = self.turns.take(college_id).await?;
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let year = organisation::day_in(&college.time_zone, now).year();
        let first = NaiveDate::from_yo_opt(year - 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(year + 5, 12, 31).unwrap_or(NaiveDate::MAX);
        let contract = self.contract.clone();
        let read = move || (ics::read(&bytes, &(first..=last), &contract), hex(&Sha256::digest(&bytes)));
        let (file, sha256) = turn.work(read).await?;
        let File { occurrences, skipped, faults } = file?;
        let there = store::find_imported(self.store.database.reader(), college_id, &uids(&occurrences)).await?;
        let plan = Plan::of(&occurrences, there, terms);
        if dry_run {
            return Ok(plan.told(dry_run, skipped, faults));
        }
        if !faults.is_empty() {
            return Err(faults.refuse());
        }
        if plan.is_empty() {
            return Ok(plan.told(dry_run, skipped, faults));
        }
        let row = audit::Row::by(principal, &origin, "calendar.imported", now);
        let plan = self.write(terms, occurrences, row, sha256, turn).await?;
        Ok(plan.told(dry_run, skipped, faults))
    }

    /// Writes what a file without faults says. The turn ends with the write, whoever has gone away by then.
    async fn write(
        &self,
        terms: Terms,
        occurrences: Vec<Occurrence>,
        row: audit::Row,
        sha256: String,
        turn: Turn,
    ) -> Result<Plan, Problem> {
        let database = self.store.database.clone();
        detach(async move {
            let _turn = turn;
            let work = database.write_within(LONGEST_WRITE, move |tx| {
                Box::pin(async move {
                    // One import at a time in a college: two of the same file would both find nothing of it there.
                    organisation::lock_college(tx, terms.college_id).await?;
                    let there = store::lock_imported(tx, terms.college_id, &uids(&occurrences)).await?;
                    let plan = Plan::of(&occurrences, there, terms);
                    if plan.is_empty() {
                        return Ok(plan);
                    }
                    store::check_room(tx, terms.college_id, plan.made.len()).await?;
                    store::put(tx, plan.made.iter().chain(&plan.changed).cloned().collect()).await?;
                    organisation::plan_again(tx, terms.college_id, None, terms.now).await?;
                    let (made, changed) = (plan.made.len(), plan.changed.len());
                    let detail = json!({"created": made, "updated": changed, "sha256": sha256});
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok(plan)
                })
            });
            work.await
        })
        .await
    }
}

/// The events that occurrences are of, each once.
fn uids(occurrences: &[Occurrence]) -> Vec<&str> {
    let uids: BTreeSet<_> = occurrences.iter().map(|occurrence| occurrence.uid.as_str()).collect();
    uids.into_iter().collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Plan {
    fn of(occurrences: &[Occurrence], mut there: HashMap<Source, Model>, terms: Terms) -> Self {
        let mut plan = Self::default();
        for occurrence in occurrences {
            let source = (occurrence.uid.clone(), occurrence.recurrence_id.clone());
            plan.add(there.remove(&source), occurrence, terms);
        }
        plan
    }

    /// Whether all is as the file says already.
    const fn is_empty(&self) -> bool {
        self.made.is_empty() && self.changed.is_empty()
    }

    /// What the file says counts, if it says something else than before; otherwise what was made of it by hand.
    fn add(&mut self, there: Option<Model>, occurrence: &Occurrence, terms: Terms) {
        let Terms { college_id, kind, now } = terms;
        let Occurrence { uid, recurrence_id, name, from, to } = occurrence.clone();
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

    fn told(self, dry_run: bool, skipped: Vec<ics::Skipped>, faults: Faults) -> ImportCalendarEntriesResponse {
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
        ImportCalendarEntriesResponse {
            dry_run,
            created,
            updated,
            unchanged,
            entries,
            skipped: skipped.collect(),
            fault_count: count(faults.total()),
            faults: faults.list().into_iter().map(fault).collect(),
        }
    }
}

/// What a dry run tells of a fault.
fn fault((Place(line), description): (Place, String)) -> Fault {
    Fault { line: count(line), description }
}
