//! The master secret of a development server that was given none: made once and kept in the data folder, so that a restart
//! keeps everyone signed in.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use anyhow::Context as _;
use secrecy::SecretString;

pub fn load_or_make(data_dir: &Path) -> anyhow::Result<SecretString> {
    let path = data_dir.join("secret");
    let context = || format!("the secret in {}", path.display());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).with_context(context)?;
    let bytes: [u8; 32] = rand::random();
    let made: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Of two processes that start together, one makes it and both read it.
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => file.write_all(made.as_bytes()).and_then(|()| file.sync_all()).with_context(context)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(context),
    }
    let secret = fs::read_to_string(&path).with_context(context)?;
    anyhow::ensure!(secret.len() >= 64, "{} is cut off; delete it", path.display());
    Ok(SecretString::from(secret))
}
