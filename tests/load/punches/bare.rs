//! pgbench inserting rows as wide as punches, into a table with the same columns and as many indexes that hold every row.

use std::path::Path;

use super::gate::DAYS;
use crate::{
    args::Punches,
    pgbench::{self, Inserts},
    store::Store,
};

/// The index of corrections holds no punch that corrects nothing, and is left out.
const MAKE: [&str; 4] = [
    "CREATE TABLE bare (LIKE punches INCLUDING DEFAULTS, PRIMARY KEY (college_id, id))",
    "CREATE UNIQUE INDEX uq_bare_event ON bare (college_id, event_key)",
    "CREATE INDEX ix_bare_employee ON bare (college_id, employee_id, occurred_at)",
    "CREATE INDEX ix_bare_time ON bare (college_id, occurred_at, id)",
];

/// Ids grow, as those of punches do; keys, employees and times lie anywhere, as theirs do.
const SCRIPT: &str = "\\set n :n + 1
\\set employee random(1, @employees@)
\\set second random(0, @seconds@)
INSERT INTO bare (college_id, id, employee_id, event_type, occurred_at, event_time, utc_offset_seconds, source, event_id,
    event_key, is_void, recorded_by, recorded_at)
VALUES ('01936b1e-0000-7000-8000-000000000001',
    (lpad(to_hex(:n::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid,
    ('01936b1e-0000-7000-8000-' || lpad(to_hex(:employee::bigint), 12, '0'))::uuid,
    'IN', now() - :second::float8 * interval '1 second', '2026-03-02T08:58:30+05:30', 19800, 'API',
    'gate/' || lpad(:n::text, 10, '0'), gen_random_uuid(), false, '01936b1e-0000-7000-8000-000000000002', now())
";

/// Runs pgbench, unless it is left out.
pub async fn run(options: &Punches, store: &Store, folder: &Path, inserts: &mut Vec<Inserts>) -> anyhow::Result<()> {
    if options.pgbench_seconds == 0 {
        return Ok(());
    }
    eprintln!("inserting bare rows");
    let script = SCRIPT
        .replace("@employees@", &options.employees.to_string())
        .replace("@seconds@", &(DAYS * 86_400 - 1).to_string());
    inserts.push(pgbench::insert(store, folder, options.pgbench_seconds, &MAKE, &script).await?);
    Ok(())
}
