//! `load statistics`: what statistics over millions of records cost, by every grouping, and whether they are what the records say.

use std::{fmt::Write as _, time::Duration};

use anyhow::Context as _;
use rollcall_tests::seed::{Role, Seed, SeedDivision, SeedLocation, SeedUser};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    args::Statistics,
    school::{Caller, millis, plan},
    server::Program,
    store::{SEEDED, Store},
};

const STUDENTS_OF_A_DIVISION: usize = 40;
const SESSIONS_OF_A_DIVISION: usize = 250;
const TEACHERS: usize = 400;
const SUBJECTS: usize = 8;
/// Over how many days the sessions lie, from `FIRST_DAY` on.
const DAYS: usize = 180;
const FIRST_DAY: &str = "2026-03-02";
/// A term that begins and ends within a month, and one of whole months.
const TERM: &str = "&from_date=2026-03-10&to_date=2026-08-20";
const MONTHS: &str = "&from_date=2026-03-01&to_date=2026-07-31";
/// The longest that 95 of 100 calls may take.
const TARGET: Duration = Duration::from_millis(150);

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &Statistics, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let program = Program::find(options.server.as_deref(), folder.path(), &options.set)?;
    let store = Store::start(crate::args::Database::Postgres, options.postgres_url.as_deref(), folder.path()).await?;
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

/// A call that is measured.
struct Call {
    name: &'static str,
    path: String,
    by_teacher: bool,
}

async fn measure(options: &Statistics, program: &Program, store: &Store) -> anyhow::Result<String> {
    let records = usize::try_from(options.records)?;
    let divisions = (records / (STUDENTS_OF_A_DIVISION * SESSIONS_OF_A_DIVISION)).max(1);
    let (admin, mut seed) = plan();
    fill(&mut seed, &admin, divisions);
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    let records = divisions * STUDENTS_OF_A_DIVISION * SESSIONS_OF_A_DIVISION;
    eprintln!("making {records} records");
    store.execute(SEEDED, &[&history(), TALLIES]).await?;
    store.settle(SEEDED).await?;
    let made = store.number(SEEDED, "SELECT COUNT(*) FROM attendance_records").await?;
    anyhow::ensure!(made == i64::try_from(records)?, "{made} of {records} records are there");

    let server = program.serve(&store.url(SEEDED), "statistics").await?;
    let teacher = seed.users.iter().find(|user| user.role == Role::Teacher).context("a teacher")?.clone();
    let callers = [Caller::new(&server, admin), Caller::new(&server, teacher)];
    check(&callers[0], store, records).await?;

    let mut table = format!(
        "{records} records, {divisions} divisions, {} sessions, {} students; {} calls each\n\n{:<44}{:>9}{:>9}{:>10}\n",
        divisions * SESSIONS_OF_A_DIVISION,
        divisions * STUDENTS_OF_A_DIVISION,
        options.calls,
        "",
        "p50, ms",
        "p95, ms",
        "to bare"
    );
    let bare = took(&callers[0], "/college", options.calls).await?;
    writeln!(table, "{:<44}{:>9.1}{:>9.1}", "GET /college (bare)", millis(&bare, 0.5), millis(&bare, 0.95))?;
    let mut slow = Vec::new();
    for call in calls(&seed) {
        let took = took(&callers[usize::from(call.by_teacher)], &call.path, options.calls).await?;
        let (p50, p95) = (millis(&took, 0.5), millis(&took, 0.95));
        writeln!(table, "{:<44}{p50:>9.1}{p95:>9.1}{:>10.1}", call.name, p50 / millis(&bare, 0.5))?;
        if p95 > TARGET.as_secs_f64() * 1e3 {
            slow.push(call.name);
        }
    }
    let complaints = server.complaints();
    anyhow::ensure!(complaints.is_empty(), "the server complains:\n{complaints}");
    drop(server);
    anyhow::ensure!(slow.is_empty(), "these take longer than {TARGET:?}: {}\n{table}", slow.join(", "));
    Ok(table)
}

async fn took(caller: &Caller, path: &str, calls: u32) -> anyhow::Result<Vec<Duration>> {
    // The first ones fill what is kept.
    for _ in 0..3 {
        caller.get(path).await?;
    }
    let mut all = Vec::new();
    for _ in 0..calls {
        all.push(caller.get(path).await?.1);
    }
    Ok(all)
}

/// Every grouping, of everything and narrowed, and what else is to be quick.
fn calls(seed: &Seed) -> Vec<Call> {
    let division = seed.divisions[0].id;
    let student = seed.users.iter().find(|user| user.role == Role::Student).map_or_else(Uuid::nil, |user| user.id);
    let call = |name, path: String| Call { name, path, by_teacher: false };
    let mut calls = Vec::new();
    for (all, term, by) in [
        ("by student", "by student, a term", "STUDENT"),
        ("by session", "by session, a term", "SESSION"),
        ("by division", "by division, a term", "DIVISION"),
        ("by course", "by course, a term", "COURSE"),
        ("by teacher", "by teacher, a term", "TEACHER"),
        ("by day", "by day, a term", "DAY"),
        ("by day of the week", "by day of the week, a term", "WEEKDAY"),
    ] {
        calls.push(call(all, format!("/attendance/analytics?group_by={by}")));
        calls.push(call(term, format!("/attendance/analytics?group_by={by}{TERM}")));
    }
    calls.push(call("by student, 500 a page", format!("/attendance/analytics?group_by=STUDENT&page_size=500{TERM}")));
    calls.push(call(
        "by student, of a division and a course",
        format!("/attendance/analytics?group_by=STUDENT&division_id={division}&subject=Subject%201"),
    ));
    calls.push(call("by course, of a student", format!("/attendance/analytics?group_by=COURSE&student_id={student}")));
    let of_teacher = |name, path: &str| Call { name, path: path.to_owned(), by_teacher: true };
    calls.push(of_teacher("by student, of a teacher", "/attendance/analytics?group_by=STUDENT"));
    calls.push(of_teacher("by session, of a teacher", "/attendance/analytics?group_by=SESSION"));
    calls.push(of_teacher("at risk, of a teacher", "/attendance/at-risk?below_percent=75"));
    calls.push(call("at risk, ever", "/attendance/at-risk?below_percent=75".to_owned()));
    calls.push(call("at risk, whole months", format!("/attendance/at-risk?below_percent=75{MONTHS}")));
    calls.push(call("at risk, a term", format!("/attendance/at-risk?below_percent=75{TERM}")));
    calls.push(call("feedback by teacher", "/feedback/statistics?group_by=TEACHER".to_owned()));
    calls.push(call("feedback by course, a term", format!("/feedback/statistics?group_by=COURSE{TERM}")));
    calls
}

/// Sees whether figures are what the records say, read one by one.
async fn check(caller: &Caller, store: &Store, records: usize) -> anyhow::Result<()> {
    let (told, _) = caller.get(&format!("/attendance/analytics?group_by=WEEKDAY{TERM}")).await?;
    let sum: i64 = groups(&told)?.iter().map(|group| total(&group["counts"])).sum();
    let slow = store
        .number(
            SEEDED,
            "SELECT COUNT(*) FROM attendance_records r JOIN sessions s ON s.id = r.session_id
             WHERE (s.planned_start AT TIME ZONE s.time_zone)::date BETWEEN '2026-03-10' AND '2026-08-20'",
        )
        .await?;
    anyhow::ensure!(sum == slow && slow > 0, "{sum} records are counted of {slow} in the term, {records} in all");
    let (told, _) = caller.get(&format!("/attendance/at-risk?below_percent=75&page_size=500{TERM}")).await?;
    let students = told["students"].as_array().context("students")?;
    anyhow::ensure!(!students.is_empty(), "nobody is at risk");
    for student in students.iter().step_by(100) {
        let id = student["student_id"].as_str().context("a student")?;
        for status in ["present", "late", "absent", "excused"] {
            let slow = store
                .number(
                    SEEDED,
                    &format!(
                        "SELECT COUNT(*) FROM attendance_records r JOIN sessions s ON s.id = r.session_id
                         WHERE r.student_id = '{id}' AND r.status = '{}'
                         AND (s.planned_start AT TIME ZONE s.time_zone)::date BETWEEN '2026-03-10' AND '2026-08-20'",
                        status.to_uppercase()
                    ),
                )
                .await?;
            let quick = student["counts"][status].as_i64().unwrap_or(0);
            anyhow::ensure!(quick == slow, "{id} is {status} {quick} times, and {slow} by the records");
        }
    }
    Ok(())
}

fn groups(told: &Value) -> anyhow::Result<&Vec<Value>> {
    told["groups"].as_array().context("groups")
}

fn total(counts: &Value) -> i64 {
    ["present", "late", "absent", "excused", "pending"].iter().filter_map(|status| counts[status].as_i64()).sum()
}

/// Divisions, their students, and teachers.
fn fill(seed: &mut Seed, admin: &SeedUser, divisions: usize) {
    let college_id = admin.college_id;
    let person = |name: String, role, division_id| SeedUser {
        id: Uuid::now_v7(),
        college_id,
        email: format!("{}@school.example", name.to_lowercase().replace(' ', ".")),
        username: name,
        role,
        division_id,
        is_active: true,
        password_hash: None,
    };
    seed.users.extend((0..TEACHERS).map(|number| person(format!("Teacher {number}"), Role::Teacher, None)));
    seed.locations.push(SeedLocation {
        id: Uuid::now_v7(),
        college_id,
        name: "Hall".to_owned(),
        latitude: 12.97,
        longitude: 77.59,
        radius_meters: 50.0,
        polygon: None,
        building: String::new(),
        classroom_number: String::new(),
    });
    for number in 0..divisions {
        let division = SeedDivision {
            id: Uuid::now_v7(),
            college_id,
            name: format!("Division {number}"),
            description: String::new(),
        };
        let students = (0..STUDENTS_OF_A_DIVISION)
            .map(|place| person(format!("Student {number} {place}"), Role::Student, Some(division.id)));
        seed.users.extend(students);
        seed.divisions.push(division);
    }
}

/// Sessions and their records. Ids begin with the time, as the server's do.
fn history() -> String {
    format!(
        "SET session_replication_role = replica;
         INSERT INTO sessions (college_id, id, location_id, division_id, teacher_id, subject, planned_start, planned_end,
             time_zone, state, started_at, ended_at, late_grace_seconds, created_at, updated_at)
         SELECT d.college_id,
             (lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7000'
                 || '8' || substr(md5(d.id::text || k), 1, 15))::uuid,
             l.id, d.id, u.id, 'Subject ' || (d.n + k) % {SUBJECTS}, t.at, t.at + interval '1 hour',
             'Asia/Kolkata', 'COMPLETED', t.at, t.at + interval '1 hour', 600, t.at, t.at
         FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM divisions) d
             CROSS JOIN generate_series(0, {SESSIONS_OF_A_DIVISION} - 1) k
             CROSS JOIN LATERAL (SELECT timestamptz '{FIRST_DAY} 03:30:00+00'
                 + (k * {DAYS} / {SESSIONS_OF_A_DIVISION}) * interval '1 day' + (k % 5) * interval '90 minutes' AS at) t
             JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM users WHERE role = 'teacher') u
                 ON u.n = 1 + (d.n * 7 + k % 6) % {TEACHERS}
             JOIN locations l ON l.college_id = d.college_id
         ORDER BY t.at;
         INSERT INTO attendance_records (college_id, id, session_id, student_id, status, marked_at, evidence, location_id,
             event_seq, created_at, updated_at)
         SELECT s.college_id,
             (substr(replace(s.id::text, '-', ''), 1, 12) || '7001' || '8'
                 || substr(md5(s.id::text || e.student_id), 1, 15))::uuid,
             s.id, e.student_id,
             CASE WHEN dice < 70 + weak THEN 'PRESENT' WHEN dice < 78 + weak THEN 'LATE' WHEN dice < 95 THEN 'ABSENT'
                 ELSE 'EXCUSED' END,
             s.planned_start, '[]', s.location_id, 2, s.planned_start, s.planned_start
         FROM sessions s JOIN enrolments e ON e.college_id = s.college_id AND e.division_id = s.division_id
             CROSS JOIN LATERAL (SELECT abs(hashtext(s.id::text || e.student_id)) % 100 AS dice,
                 abs(hashtext(e.student_id::text)) % 30 - 20 AS weak) w
         ORDER BY s.planned_start, s.id;
         INSERT INTO session_feedback (college_id, session_id, teacher_id, subject, day, closes_at, answers,
             content_4, delivery_3, engagement_5, overall_4)
         SELECT s.college_id, s.id, s.teacher_id, s.subject, (s.planned_start AT TIME ZONE s.time_zone)::date,
             s.ended_at + interval '7 days', 9, 9, 9, 9, 9
         FROM sessions s"
    )
}

/// What the server's own counting would have made of them one by one.
const TALLIES: &str = "SET session_replication_role = replica;
    INSERT INTO session_tallies (college_id, session_id, day, weekday, division_id, teacher_id, subject,
        present, late, absent, excused, pending)
    SELECT s.college_id, s.id, (s.planned_start AT TIME ZONE s.time_zone)::date,
        extract(isodow FROM s.planned_start AT TIME ZONE s.time_zone)::integer, s.division_id, s.teacher_id, s.subject,
        COUNT(*) FILTER (WHERE r.status = 'PRESENT'), COUNT(*) FILTER (WHERE r.status = 'LATE'),
        COUNT(*) FILTER (WHERE r.status = 'ABSENT'), COUNT(*) FILTER (WHERE r.status = 'EXCUSED'), 0
    FROM sessions s JOIN attendance_records r ON r.college_id = s.college_id AND r.session_id = s.id
    GROUP BY s.college_id, s.id ORDER BY s.planned_start;
    INSERT INTO student_day_tallies (college_id, student_id, division_id, begins, present, late, absent, excused, pending)
    SELECT t.college_id, r.student_id, t.division_id, t.day,
        COUNT(*) FILTER (WHERE r.status = 'PRESENT'), COUNT(*) FILTER (WHERE r.status = 'LATE'),
        COUNT(*) FILTER (WHERE r.status = 'ABSENT'), COUNT(*) FILTER (WHERE r.status = 'EXCUSED'), 0
    FROM session_tallies t JOIN attendance_records r ON r.college_id = t.college_id AND r.session_id = t.session_id
    GROUP BY t.college_id, r.student_id, t.division_id, t.day ORDER BY t.day;
    INSERT INTO student_third_tallies
        (college_id, student_id, division_id, begins, present, late, absent, excused, pending)
    SELECT college_id, student_id, division_id,
        date_trunc('month', begins)::date + 10 * least((extract(day FROM begins)::integer - 1) / 10, 2),
        SUM(present), SUM(late), SUM(absent), SUM(excused), 0
    FROM student_day_tallies GROUP BY 1, 2, 3, 4 ORDER BY 4;
    INSERT INTO student_month_tallies
        (college_id, student_id, division_id, begins, present, late, absent, excused, pending)
    SELECT college_id, student_id, division_id, date_trunc('month', begins)::date,
        SUM(present), SUM(late), SUM(absent), SUM(excused), 0
    FROM student_day_tallies GROUP BY 1, 2, 3, 4 ORDER BY 4";
