//! `admin init`: a college and its first administrator, both or neither. Everybody else is made by that administrator.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use anyhow::Context as _;
use uuid::Uuid;

use crate::{
    audit,
    clock::Clock,
    contract::email_fault,
    entity::{college, user},
    identity::{self, Owner},
    name,
    problem::{ErrorReason, Problem},
    settings::Settings,
    store::{Database, Tx, constraint},
};

const MAX_NAME: usize = 200;
const MAX_SHORT_NAME: usize = 63;
const MAX_EMAIL: usize = 254;
/// More than any password may have, so that one that is too long is told from one that was cut off.
const MAX_READ: u64 = 4096;

/// Who and what is to be made.
#[derive(Clone, Debug, clap::Args)]
pub struct First {
    /// The college's full name
    #[arg(long, value_name = "NAME")]
    college_name: String,
    /// Names the college at the login: letters, digits and hyphens
    #[arg(long, value_name = "NAME")]
    short_name: String,
    /// The college's IANA time zone, such as Asia/Kolkata [default: the setting TZ]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// The administrator's e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// The administrator's name as it is shown [default: what stands before the @]
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Read the administrator's password from standard input; else one is made and shown once
    #[arg(long)]
    password_stdin: bool,
}

/// The same, checked.
struct Made {
    college: college::Model,
    administrator: user::Model,
}

/// Makes the college and says how to sign in. Allowed in production: this is how a school begins.
pub async fn init(settings: &Settings, first: First) -> anyhow::Result<String> {
    let faults = faults(&first);
    anyhow::ensure!(faults.is_empty(), "nothing was made:\n  {}", faults.join("\n  "));
    let given = if first.password_stdin { Some(read_password()?) } else { None };
    let password = given.clone().unwrap_or_else(make_password);
    let owner = Owner { email: &first.email, college: &first.short_name };
    if let Some(weakness) = identity::weakness(&password, owner) {
        anyhow::bail!("nothing was made: the password {weakness}");
    }

    crate::prepare_schema(settings).await?;
    let made = made(settings, first, identity::hash_password(&password)?);
    let Made { college, administrator } = &made;
    let mut words = format!(
        "{} is made, in the time zone {}.\nSign in with college {}, e-mail {}",
        college.name, college.time_zone, college.short_name, administrator.email
    );
    match given {
        Some(_) => words += " and your password.\n",
        None => words += &format!(" and this password, which is shown only now:\n{password}\n"),
    }
    let database = Database::open(&settings.database).await?;
    let written = database.write(move |tx| Box::pin(async move { write(tx, made).await })).await;
    database.close().await;
    written.context("nothing was made")?;
    Ok(words)
}

/// What cannot be taken, and what to do about it.
fn faults(first: &First) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let is_name = |name: &str| {
        let normal = name::normal(name);
        (1..=MAX_NAME).contains(&normal.chars().count())
            && !name.chars().any(char::is_control)
            && name::is_visible(&normal)
    };
    expect(is_name(&first.college_name), format!("--college-name must have 1 to {MAX_NAME} characters"));
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let short = &first.short_name;
    expect(
        (1..=MAX_SHORT_NAME).contains(&short.len()) && short.chars().all(is_plain) && !short.starts_with('-'),
        format!(
            "--short-name is {short:?}; it must have 1 to {MAX_SHORT_NAME} letters, digits or hyphens, such as riverside"
        ),
    );
    if let Some(zone) = &first.time_zone {
        let fault = format!("--time-zone is {zone:?}, which is unknown; it must be an IANA zone such as Asia/Kolkata");
        expect(zone.parse::<chrono_tz::Tz>().is_ok(), fault);
    }
    let email = &first.email;
    expect(
        email_fault(email).is_none() && email.chars().count() <= MAX_EMAIL,
        format!("--email is {email:?}; it must be an e-mail address such as office@riverside.example"),
    );
    expect(
        first.username.as_deref().is_none_or(is_name),
        format!("--username must have 1 to {MAX_NAME} characters; leave it out to take what stands before the @"),
    );
    faults
}

fn made(settings: &Settings, first: First, password_hash: String) -> Made {
    let now = Clock::new(settings.clock_offset_file.clone()).now();
    let (college_id, email) = (Uuid::now_v7(), first.email.to_lowercase());
    let local = email.split('@').next().unwrap_or_default().to_owned();
    let college = college::Model::fresh(
        college_id,
        first.short_name.to_lowercase(),
        name::normal(&first.college_name).into_owned(),
        first.time_zone.unwrap_or_else(|| settings.time_zone.name().to_owned()),
        now,
    );
    let administrator = user::Model {
        college_id,
        id: Uuid::now_v7(),
        username: name::normal(&first.username.unwrap_or(local)).into_owned(),
        email,
        password_hash,
        role: user::Role::Admin,
        is_active: true,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    Made { college, administrator }
}

async fn write(tx: &Tx, Made { college, administrator }: Made) -> Result<(), Problem> {
    let (college_id, now) = (college.id, college.created_at);
    let taken = Problem::new(
        ErrorReason::AlreadyExists,
        format!("there is a college with the short name {:?} already; choose another --short-name", college.short_name),
    );
    college::insert([college.into()]).exec_without_returning(tx).await.map_err(
        |error| match constraint::broken_unique(&error) {
            Some("uq_colleges_short_name") => taken,
            _ => error.into(),
        },
    )?;
    let row = audit::Row::new(college_id, "college.created", now).object("college", college_id);
    audit::insert(tx, row).await?;
    let row = audit::Row::new(college_id, "user.created", now).object("user", administrator.id);
    user::insert([administrator.into()]).exec_without_returning(tx).await?;
    audit::insert(tx, row).await
}

/// From a pipe one line; from a terminal twice, unseen.
fn read_password() -> anyhow::Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        anyhow::ensure!(rpassword::prompt_password("Again: ")? == password, "these are two passwords; begin again");
        return Ok(password);
    }
    let mut line = String::new();
    input.lock().take(MAX_READ).read_line(&mut line).context("standard input is no text")?;
    let password = line.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(
        !password.is_empty(),
        "no password came on standard input; send one line, or leave --password-stdin out"
    );
    Ok(password.to_owned())
}

/// A hundred bits, in characters that nobody mistakes for each other.
fn make_password() -> String {
    const CHARACTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
    let drawn: [u8; 20] = rand::random();
    let groups = drawn.chunks(5);
    let groups = groups.map(|group| group.iter().map(|byte| char::from(CHARACTERS[usize::from(byte % 32)])).collect());
    groups.collect::<Vec<String>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> First {
        First {
            college_name: "Riverside College".to_owned(),
            short_name: "riverside".to_owned(),
            time_zone: Some("Asia/Kolkata".to_owned()),
            email: "office@riverside.example".to_owned(),
            username: None,
            password_stdin: false,
        }
    }

    #[test]
    fn every_fault_is_named() {
        let long = |length: usize| "n".repeat(length);
        let short = |name: &str| First { short_name: name.to_owned(), ..first() };
        let zone = |zone: &str| First { time_zone: Some(zone.to_owned()), ..first() };
        let email = |email: &str| First { email: email.to_owned(), ..first() };
        let user = |name: &str| First { username: Some(name.to_owned()), ..first() };
        let table: &[(First, &[&str])] = &[
            (first(), &[]),
            (First { time_zone: None, ..first() }, &[]),
            (user("Front office"), &[]),
            (short("St-Mary-2"), &[]),
            (short(&long(63)), &[]),
            (short(&long(64)), &["--short-name"]),
            (short(""), &["--short-name"]),
            (short("-a"), &["--short-name"]),
            (short("a b"), &["--short-name"]),
            (short("école"), &["--short-name"]),
            (zone("Asia/Atlantis"), &["--time-zone"]),
            (zone(""), &["--time-zone"]),
            (email("office"), &["--email"]),
            (email("of fice@riverside.example"), &["--email"]),
            (email(&format!("{}@b.example", long(250))), &["--email"]),
            (user(" "), &["--username"]),
            (First { college_name: long(201), ..first() }, &["--college-name"]),
            (First { college_name: "a\nb".to_owned(), ..zone("Mars") }, &["--college-name", "--time-zone"]),
        ];
        for (first, expected) in table {
            let found = faults(first);
            let found: Vec<_> = found.iter().filter_map(|fault| fault.split_whitespace().next()).collect();
            assert_eq!(&found, expected, "{first:?}");
        }
    }

    #[test]
    fn a_password_that_is_made_is_a_good_one() {
        let made = make_password();
        assert_eq!(made.len(), 23);
        assert_ne!(made, make_password());
        assert_eq!(identity::weakness(&made, Owner { email: "a@b.example", college: "riverside" }), None);
    }
}
