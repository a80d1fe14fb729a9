//! One member out of an archive.

use std::io::{Cursor, Read};

use anyhow::Context as _;
use flate2::read::GzDecoder;

use super::{File, Kind};

/// The member's bytes; none beyond the file's length are read, whatever the archive says.
pub fn member(archive: &[u8], kind: Kind, path: &str, file: &File) -> anyhow::Result<Vec<u8>> {
    match kind {
        Kind::TarGz => {
            let mut tar = tar::Archive::new(GzDecoder::new(archive));
            for entry in tar.entries()? {
                let entry = entry?;
                if entry.path_bytes().as_ref() == path.as_bytes() {
                    return read(entry, file);
                }
            }
            anyhow::bail!("{path} is not in the package")
        }
        Kind::Zip => {
            let mut zip = zip::ZipArchive::new(Cursor::new(archive))?;
            let entry = zip.by_name(path).with_context(|| format!("{path} is not in the package"))?;
            read(entry, file)
        }
    }
}

fn read(entry: impl Read, file: &File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(file.bytes + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
