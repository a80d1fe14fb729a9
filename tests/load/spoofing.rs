//! `load spoofing`: a thousand honest check-ins and a thousand that are not, over five days by a moved clock, at a real server. How many of
//! the latter are refused or flagged, by what was made up, and how many of the former are.
//!
//! The honest are what is known of phones and people (`phone.rs`), and not what the server can tell apart: they sit together, send what their
//! phones kept, come by train, call from one address. Of a kind that is missed, the rate says so. A program that hides itself and makes up
//! another position each time is not among them: nothing that a server is sent tells it from a phone.

mod day;
mod phone;
mod rates;
mod stage;

use rand::{SeedableRng as _, rngs::StdRng};
use rollcall_tests::Kind;

use crate::args::{Database, Spoofing};
use rates::Rates;
use stage::Stage;

/// The first one is only lived through: what is sent again later has to be sent once.
const DAYS: u32 = 6;
/// Each checks in twice a day.
const HONEST: usize = 100;
/// Each checks in once a day.
const SPOOFERS: usize = 25;

/// What is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spoof {
    /// A program makes the position up, and the device says so.
    Mock,
    /// The position of a friend in the room, whole.
    CopiedPosition,
    /// The student's own of the first day, whole.
    OwnPositionAgain,
    /// Minutes before, the student was in another town.
    Teleport,
    /// What a friend in the room has heard of Wi-Fi.
    CopiedScan,
    /// A friend checks both in by one device.
    OneDevice,
    /// A friend's device signs.
    ForeignKey,
    /// An accuracy that no device has.
    AbsurdAccuracy,
}

impl Spoof {
    pub const ALL: [Self; 8] = [
        Self::Mock,
        Self::CopiedPosition,
        Self::OwnPositionAgain,
        Self::Teleport,
        Self::CopiedScan,
        Self::OneDevice,
        Self::ForeignKey,
        Self::AbsurdAccuracy,
    ];
}

/// Whose check-in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// In the room in the morning.
    Honest,
    /// In the next room within the hour, with a position of its own.
    HonestNext,
    /// In the same room within the hour, and the phone gives the position that it kept.
    HonestKept,
    /// In another town, by train.
    HonestTrain,
    /// A laptop: a network says where it is, the same to all in a room.
    HonestLaptop,
    Spoofed(Spoof),
}

/// Lives through it, and prints the rates.
pub async fn run(options: &Spoofing, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let seed_number = options.seed_number.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("--seed-number {seed_number}");
    let kind = match options.database {
        Database::Postgres => Kind::POSTGRES_MEMORY,
        Database::Sqlite => Kind::SQLITE_MEMORY,
    };
    let work = async {
        let mut stage = Stage::set(kind, StdRng::seed_from_u64(seed_number)).await;
        for day in 0..DAYS {
            day::live(&mut stage, day).await;
        }
        Rates::of(stage.tell().await)
    };
    let rates = tokio::select! {
        rates = work => rates,
        error = stopped => return Err(error),
    };
    println!("{rates}");
    Ok(())
}
