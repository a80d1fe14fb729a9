//! `rollcall models fetch`: for each file that is not there, ask one source after the other → take the one member out → hold it
//! against its hash → put it in its place, whole.

use std::{path::Path, time::Duration};

use anyhow::Context as _;

use super::{DETECTOR, EMBEDDER, File, Source, archive};

/// No package is larger.
const MOST_BYTES: usize = 128 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const TRANSFER: Duration = Duration::from_secs(300);

/// Fetches what is missing, and tells of each file. Again it finds all there, and asks nobody.
pub async fn fetch(folder: &Path, tell: impl Fn(String)) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut client = None;
    for file in [DETECTOR, EMBEDDER] {
        let place = folder.join(file.name);
        if file.read(folder).is_ok() {
            tell(format!("{} is there", place.display()));
            continue;
        }
        let client = match &client {
            Some(client) => client,
            None => client.insert(connect()?),
        };
        let bytes = from_any(client, &file, &tell).await?;
        put(folder, &file, &bytes)?;
        tell(format!("{} is fetched, {} bytes, its SHA-256 is right", place.display(), bytes.len()));
    }
    Ok(())
}

fn connect() -> anyhow::Result<reqwest::Client> {
    // The first one that is installed stays; it is the same that everything else here uses.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().connect_timeout(CONNECT).timeout(TRANSFER).https_only(true);
    client.build().context("no connection can be made")
}

async fn from_any(client: &reqwest::Client, file: &File, tell: &impl Fn(String)) -> anyhow::Result<Vec<u8>> {
    for source in file.sources {
        match from(client, file, source).await {
            Ok(bytes) => return Ok(bytes),
            Err(cause) => tell(format!("{} did not come from {}: {cause:#}", file.name, source.url)),
        }
    }
    anyhow::bail!(
        "{} came from none of its sources. Try again, or put the file there by hand: its SHA-256 must be {}",
        file.name,
        file.sha256
    )
}

async fn from(client: &reqwest::Client, file: &File, source: &Source) -> anyhow::Result<Vec<u8>> {
    let mut answer = client.get(source.url).send().await?.error_for_status()?;
    let mut package = Vec::new();
    while let Some(part) = answer.chunk().await? {
        anyhow::ensure!(package.len() + part.len() <= MOST_BYTES, "the package is too large");
        package.extend_from_slice(&part);
    }
    let bytes = archive::member(&package, source.kind, source.member, file)?;
    anyhow::ensure!(file.is(&bytes), "{} has another SHA-256", source.member);
    Ok(bytes)
}

/// Beside its place first, so that nobody ever reads a half.
fn put(folder: &Path, file: &File, bytes: &[u8]) -> anyhow::Result<()> {
    let (part, place) = (folder.join(format!("{}.{}", file.name, std::process::id())), folder.join(file.name));
    let written = std::fs::File::create(&part).and_then(|mut to| {
        std::io::Write::write_all(&mut to, bytes)?;
        to.sync_all()
    });
    let put = written.and_then(|()| std::fs::rename(&part, &place));
    if put.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    put.with_context(|| format!("{} cannot be written", place.display()))
}
