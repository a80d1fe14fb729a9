//! `load sign-in-timing`: refused sign-ins of every kind in turn, and whether the time that they take tells one kind from
//! another. Each is held against a wrong password at an ordinary account, and so is that against itself, which shows what the
//! machine alone makes of it.

mod distribution;

use std::{path::Path, time::Instant};

use anyhow::Context as _;
use argon2::Argon2;
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rand::seq::SliceRandom as _;
use rollcall_proto::v1::{LoginRequest, auth_service_client::AuthServiceClient};
use rollcall_tests::{
    password::PASSWORD,
    seed::{Role, Seed, SeedUser},
};
use tonic::{Status, transport::Channel};
use uuid::Uuid;

use crate::{args::SignInTiming, server::Program, world::World};
use distribution::Sample;

/// bcrypt of the cost that most systems use. Nobody is let in with it.
const BCRYPT: &str = "$2b$12$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS";
/// The first sign-ins of each kind meet cold caches.
const UNCOUNTED: u32 = 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    WrongPassword,
    WrongPasswordAgain,
    Unknown,
    Disabled,
    NoPassword,
    Bcrypt,
}

impl Case {
    const fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong password",
            Self::WrongPasswordAgain => "the same again",
            Self::Unknown => "unknown account",
            Self::Disabled => "disabled account",
            Self::NoPassword => "no password yet",
            Self::Bcrypt => "imported bcrypt",
        }
    }

    fn email(self, number: u32) -> String {
        let name = match self {
            Self::WrongPassword | Self::WrongPasswordAgain => "ordinary",
            Self::Unknown => "nobody",
            Self::Disabled => "disabled",
            Self::NoPassword => "invited",
            Self::Bcrypt => "imported",
        };
        format!("{name}{number:03}@load.example")
    }

    /// A disabled account is tried with the password that it has.
    const fn password(self) -> &'static str {
        match self {
            Self::Disabled => PASSWORD,
            _ => "incorrect horse battery staple",
        }
    }

    /// None where there is no account.
    fn account(self, college_id: Uuid, number: u32, ordinary: &str) -> Option<SeedUser> {
        let (hash, is_active) = match self {
            Self::WrongPassword => (ordinary, true),
            Self::Disabled => (ordinary, false),
            Self::NoPassword => ("", true),
            Self::Bcrypt => (BCRYPT, true),
            Self::WrongPasswordAgain | Self::Unknown => return None,
        };
        Some(SeedUser {
            id: Uuid::now_v7(),
            college_id,
            email: self.email(number),
            username: format!("{} {number}", self.name()),
            role: Role::Student,
            division_id: None,
            is_active,
            password_hash: Some(hash.to_owned()),
        })
    }
}

pub async fn run(options: &SignInTiming, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let mut settings =
        vec!["RATE_LIMIT_LOGIN_PER_MINUTE=0".to_owned(), "RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE=0".to_owned()];
    settings.extend(options.set.iter().cloned());
    let program = Program::find(options.server.as_deref(), folder.path(), &settings)?;
    tokio::select! {
        result = measure(options, &program, folder.path()) => result,
        error = stopped => Err(error),
    }
}

async fn measure(options: &SignInTiming, program: &Program, folder: &Path) -> anyhow::Result<()> {
    use Case::{Bcrypt, Disabled, NoPassword, Unknown, WrongPassword, WrongPasswordAgain};
    let mut cases = vec![WrongPassword, WrongPasswordAgain, Unknown, Disabled, NoPassword];
    cases.extend(options.imported.then_some(Bcrypt));
    let database = format!("sqlite://{}", folder.join("load.db").display());
    program.seed(&database, &seed(&cases, options.accounts)?).await?;
    let server = program.serve(&database, "timing").await?;
    let channel = Channel::from_shared(format!("http://{}", server.grpc))?.connect().await?;
    let mut client = AuthServiceClient::new(channel);

    eprintln!("{} sign-ins of each kind, in turn", options.samples);
    let mut times = vec![Vec::new(); cases.len()];
    let mut refusal = None;
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for round in 0..UNCOUNTED + options.samples {
        // What a sign-in leaves to be done later falls to the next one, which must not always be of the same kind.
        order.shuffle(&mut rand::rng());
        for &index in &order {
            let (milliseconds, status) = once(&mut client, cases[index], round % options.accounts).await?;
            let said = (status.code(), status.message().to_owned(), status.details().to_vec());
            anyhow::ensure!(*refusal.get_or_insert(said.clone()) == said, "{}: {status:?}", cases[index].name());
            if round >= UNCOUNTED {
                times[index].push(milliseconds);
            }
        }
    }
    let complaints = server.complaints();
    drop(server);
    anyhow::ensure!(complaints.is_empty(), "the server complained:\n{complaints}");
    println!("{:<18}{:>12}{:>12}{:>10}{:>10}{:>10}", "", "median ms", "apart ms", "ratio", "KS", "p");
    let ordinary = Sample::new(times.remove(0));
    println!("{:<18}{:>12.3}", cases[0].name(), ordinary.median());
    for (case, times) in cases[1..].iter().zip(times) {
        let sample = Sample::new(times);
        let (median, distance) = (sample.median(), ordinary.distance(&sample));
        let (apart, ratio) = (median - ordinary.median(), median / ordinary.median());
        let p = ordinary.likelihood(&sample);
        println!("{:<18}{median:>12.3}{apart:>12.3}{ratio:>10.4}{distance:>10.4}{p:>10.4}", case.name());
    }
    Ok(())
}

/// One refused sign-in: how long it took, and what was said.
async fn once(client: &mut AuthServiceClient<Channel>, case: Case, number: u32) -> anyhow::Result<(f64, Status)> {
    let request =
        LoginRequest { email: case.email(number), password: case.password().to_owned(), ..LoginRequest::default() };
    let begun = Instant::now();
    let result = client.login(request).await;
    let took = begun.elapsed();
    let status = result.err().with_context(|| format!("{}: let in", case.name()))?;
    Ok((took.as_secs_f64() * 1e3, status))
}

fn seed(cases: &[Case], accounts: u32) -> anyhow::Result<Seed> {
    let (_, mut seed) = World::plan(1, 0);
    let college_id = seed.colleges.first().context("a college")?.id;
    let ordinary = ordinary()?;
    for case in cases {
        seed.users.extend((0..accounts).filter_map(|number| case.account(college_id, number, &ordinary)));
    }
    Ok(seed)
}

/// argon2id of PASSWORD as the server makes it, so that verifying costs what it costs at a true account.
fn ordinary() -> anyhow::Result<String> {
    let mut hash = [0; 32];
    let (argon2, salt) = (Argon2::default(), b"rollcall load...");
    argon2.hash_password_into(PASSWORD.as_bytes(), salt, &mut hash).map_err(|error| anyhow::anyhow!("{error}"))?;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"))
}
