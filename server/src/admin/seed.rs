//! Writes a world into the database, all of it or nothing.

use std::{collections::HashSet, path::Path, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, InsertMany};

use super::{
    access_points, locations,
    world::{Enrolment, Role, State, User, World},
};
use crate::{
    clock::Clock,
    entity::{
        access_point, college, division, enrolment, location, location_ids::LocationIds, session, timetable,
        token_revocation, user,
    },
    organisation,
    problem::Problem,
    schema::{self, Direction},
    settings::Settings,
    store::{Database, Tx},
};

/// Rows in one statement: well within what a statement can take as parameters.
const CHUNK: usize = 1000;
const DEADLINE: Duration = Duration::from_secs(600);

/// `admin seed FILE`.
pub async fn seed_file(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(!settings.is_production(), "admin seed is for tests and trials; it is refused in production");
    let text = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let world: World = serde_json::from_slice(&text).with_context(|| format!("{} is no world", file.display()))?;
    schema::migrate(&settings.database, Direction::Up).await?;
    let database = Database::open(&settings.database).await?;
    let now = Clock::new(settings.clock_offset_file.clone()).now();
    insert(&database, world, settings, now).await?;
    database.close().await;
    Ok(())
}

pub async fn insert(database: &Database, world: World, settings: &Settings, now: DateTime<Utc>) -> Result<(), Problem> {
    let time_zone = settings.time_zone.name().to_owned();
    let radius_meters = settings.default_fence_radius_meters;
    let refused_until = now + TimeDelta::from_std(settings.identity.access_token_life).map_err(Problem::internal)?;
    database
        .write_within(DEADLINE, move |tx| {
            Box::pin(async move { write(tx, world, &time_zone, radius_meters, refused_until, now).await })
        })
        .await
}

async fn write(
    tx: &Tx,
    world: World,
    default_zone: &str,
    default_radius: f64,
    refused_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let zone_of: std::collections::HashMap<_, _> = world
        .colleges
        .iter()
        .map(|college| (college.id, college.time_zone.clone().unwrap_or_else(|| default_zone.to_owned())))
        .collect();
    for (id, zone) in &zone_of {
        if zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(Problem::invalid_field("colleges.time_zone", format!("of {id} must be an IANA zone")));
        }
    }
    let grace_of: std::collections::HashMap<_, _> =
        world.colleges.iter().map(|college| (college.id, college.late_grace_seconds.unwrap_or(600))).collect();

    let colleges = world.colleges.into_iter().map(|row| college::Model {
        late_grace_seconds: grace_of[&row.id],
        plan_horizon_days: row.plan_horizon_days.unwrap_or(college::PLAN_HORIZON_DAYS),
        ..college::Model::fresh(row.id, row.short_name.to_lowercase(), row.name, zone_of[&row.id].clone(), now)
    });
    fill(tx, colleges, college::insert).await?;
    let divisions = world.divisions.into_iter().map(|row| division::Model {
        college_id: row.college_id,
        id: row.id,
        name: row.name,
        description: row.description,
        created_at: now,
        updated_at: now,
    });
    fill(tx, divisions, division::insert).await?;

    // The tokens of an account that is not active are refused, also one that was made just before.
    let inactive: Vec<_> = world
        .users
        .iter()
        .filter(|row| row.is_active == Some(false))
        .map(|row| token_revocation::Model {
            college_id: row.college_id,
            subject_id: row.id,
            revoked_at: refused_until,
            expires_at: refused_until,
        })
        .collect();
    let enrolments = enrolments(&world.users, world.enrolments);
    let shared_hash = world.password_hash.unwrap_or_default();
    let users = world.users.into_iter().map(|row| user::Model {
        college_id: row.college_id,
        id: row.id,
        email: row.email.to_lowercase(),
        username: row.username,
        password_hash: row.password_hash.unwrap_or_else(|| shared_hash.clone()),
        role: match row.role {
            Role::Student => user::Role::Student,
            Role::Teacher => user::Role::Teacher,
            Role::Admin => user::Role::Admin,
        },
        is_active: row.is_active.unwrap_or(true),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    });
    fill(tx, users, user::insert).await?;
    fill(tx, inactive, token_revocation::insert).await?;
    let locations = locations::rows(world.locations, default_radius, now)?;
    fill(tx, locations, location::insert).await?;
    fill(tx, access_points::rows(world.access_points, now)?, access_point::insert).await?;
    let timetables = world.timetables.into_iter().map(|row| timetable::Model {
        college_id: row.college_id,
        id: row.id,
        division_id: row.division_id,
        location_id: row.location_id,
        teacher_id: row.teacher_id,
        subject: row.subject,
        day_of_week: row.day_of_week,
        start_time: row.start_time,
        end_time: row.end_time,
        created_at: now,
        updated_at: now,
        valid_from: row.valid_from.unwrap_or_default(),
        valid_to: row.valid_to,
        also_location_ids: LocationIds::default(),
    });
    fill(tx, timetables, timetable::insert).await?;
    let enrolments = enrolments.into_iter().map(|row| enrolment::Model {
        college_id: row.college_id,
        division_id: row.division_id,
        student_id: row.student_id,
        from_date: row.from_date.unwrap_or(NaiveDate::default()),
        to_date: row.to_date,
        created_at: now,
    });
    fill(tx, enrolments, enrolment::insert).await?;
    let sessions = world.sessions.into_iter().map(|row| {
        let was_started = matches!(row.state, State::Active | State::Completed);
        let time_zone = zone_of.get(&row.college_id).cloned().unwrap_or_else(|| default_zone.to_owned());
        let occurrence_date = row.timetable_id.map(|_| organisation::day_in(&time_zone, row.planned_start));
        let plan = session::Plan {
            location_id: row.location_id,
            division_id: row.division_id,
            teacher_id: row.teacher_id,
            subject: row.subject,
            start: row.planned_start,
            end: row.planned_end,
            time_zone,
            late_grace_seconds: row
                .late_grace_seconds
                .unwrap_or_else(|| grace_of.get(&row.college_id).copied().unwrap_or(600)),
        };
        session::Model {
            id: row.id,
            timetable_id: row.timetable_id,
            origin: if row.timetable_id.is_some() { session::Origin::Timetable } else { session::Origin::Hand },
            occurrence_date,
            state: match row.state {
                State::Scheduled => session::State::Scheduled,
                State::Active => session::State::Active,
                State::Completed => session::State::Completed,
                State::Cancelled => session::State::Cancelled,
            },
            started_at: row.started_at.or_else(|| was_started.then_some(row.planned_start)),
            ended_at: row.ended_at,
            ..session::Model::planned(row.college_id, plan, now)
        }
    });
    fill(tx, sessions, session::insert).await
}

/// The enrolments that a file names, and those that it means where it names a student's division.
fn enrolments(users: &[User], mut enrolments: Vec<Enrolment>) -> Vec<Enrolment> {
    let named: HashSet<_> = enrolments.iter().map(|row| (row.division_id, row.student_id)).collect();
    let meant = users.iter().filter(|row| row.role == Role::Student).filter_map(|row| {
        let division_id = row.division_id.filter(|division_id| !named.contains(&(*division_id, row.id)))?;
        Some(Enrolment { college_id: row.college_id, division_id, student_id: row.id, from_date: None, to_date: None })
    });
    enrolments.extend(meant);
    enrolments
}

async fn fill<M, A>(
    tx: &Tx,
    rows: impl IntoIterator<Item = M>,
    insert: fn(Vec<A>) -> InsertMany<A>,
) -> Result<(), Problem>
where
    M: Into<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: sea_orm::IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().map(Into::into).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(CHUNK).collect();
        insert(chunk).exec_without_returning(tx).await?;
    }
    Ok(())
}
