//! `load people`: what a page of a long list costs at its beginning and at its end, and what a search among all costs.

use std::{fmt::Write as _, time::Duration};

use rollcall_tests::seed::{Role, SeedUser};
use uuid::Uuid;

use crate::{
    args::People,
    school::{Caller, PAGE_SIZE, millis, plan},
    server::Program,
    store::{SEEDED, Store},
};

/// How much longer than one of the first quarter a page of the last one may take. Where pages were counted off from the
/// beginning, it would be many times as long.
const MOST: f64 = 1.5;
/// How often the whole list is read.
const ROUNDS: usize = 3;
const SEARCHES: usize = 20;

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &People, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let program = Program::find(options.server.as_deref(), folder.path(), &options.set)?;
    let store = Store::start(options.database, options.postgres_url.as_deref(), folder.path()).await?;
    let result = tokio::select! {
        result = measure(options, &program, &store) => result,
        error = stopped => Err(error),
    };
    let cleared = store.clear().await;
    // The database before the folder that it is in.
    drop(store);
    let table = result?;
    cleared?;
    folder.close()?;
    println!("{table}");
    Ok(())
}

async fn measure(options: &People, program: &Program, store: &Store) -> anyhow::Result<String> {
    let people = usize::try_from(options.people)?;
    let (admin, mut seed) = plan();
    seed.users.extend((1..people).map(|number| person(admin.college_id, number)));
    eprintln!("seeding {people} people");
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    drop(seed);
    store.settle(SEEDED).await?;
    let server = program.serve(&store.url(SEEDED), "people").await?;
    let caller = Caller::new(&server, admin);

    let (mut first, mut last) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (found, took) = caller.pages("").await?;
        anyhow::ensure!(found == people, "{found} of {people} people are listed");
        let quarter = took.len() / 4;
        first.extend_from_slice(&took[..quarter]);
        last.extend_from_slice(&took[took.len() - quarter..]);
    }
    let ratio = millis(&last, 0.5) / millis(&first, 0.5);
    let mut table = format!("{people} people in pages of {PAGE_SIZE}, {ROUNDS} times (p50, p95)\n");
    for (name, took) in [("first quarter", &first), ("last quarter", &last)] {
        writeln!(table, "{name:<26}{:>8.1} ms{:>8.1} ms", millis(took, 0.5), millis(took, 0.95))?;
    }
    writeln!(table, "last to first{:>21.2}", ratio)?;
    for (name, query, expected) in [
        ("search: one person", format!("person{:06}", people - 1), 1),
        ("search: nobody", "nobody at all".to_owned(), 0),
        ("search: a hundred", format!("person{:04}", (people - 1) / 100 - 1), 100),
    ] {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..SEARCHES {
            let (found, pages) = caller.pages(&query).await?;
            anyhow::ensure!(found == expected, "{query} finds {found}, not {expected}");
            took.extend(pages);
        }
        writeln!(table, "{name:<26}{:>8.1} ms{:>8.1} ms", millis(&took, 0.5), millis(&took, 0.95))?;
    }
    let complaints = server.complaints();
    anyhow::ensure!(complaints.is_empty(), "the server complains:\n{complaints}");
    drop(server);
    anyhow::ensure!(ratio < MOST, "a page costs more at the end than at the beginning:\n{table}");
    Ok(table)
}

fn person(college_id: Uuid, number: usize) -> SeedUser {
    SeedUser {
        id: Uuid::now_v7(),
        college_id,
        email: format!("person{number:06}@school.example"),
        username: format!("Person {number}"),
        role: Role::Student,
        division_id: None,
        is_active: true,
        password_hash: None,
    }
}
