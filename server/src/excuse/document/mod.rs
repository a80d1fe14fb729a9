//! What a document is, by its content and never by what somebody says that it is: one that begins like an image and breaks off,
//! or is an archive too, is refused before it is kept.
//!
//! Nothing is decoded. An image that unfolds to gigabytes costs nothing here, and one that is kept has sensible measures.

mod jpeg;
mod pdf;
mod png;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::entity::excuse::DocumentType;

/// More is no letter, and whatever shows it could run out of memory.
const MAX_PIXELS: u64 = 100_000_000;
/// The end of a ZIP archive, and what follows it but for a comment.
const ARCHIVE_END: &[u8] = b"PK\x05\x06";
const ARCHIVE_END_BYTES: usize = 22;
const MAX_ARCHIVE_COMMENT: usize = u16::MAX as usize;

/// A document that can be kept.
#[derive(Clone, Debug)]
pub struct Document {
    pub kind: DocumentType,
    pub bytes: Bytes,
    pub sha256: Vec<u8>,
}

/// What is wrong with one, to be read after the name of the field.
pub type Fault = &'static str;

impl Document {
    /// Cameras put more behind an image, which is cut off: to be shown it is not needed, and it could be anything.
    pub fn read(bytes: Bytes) -> Result<Self, Fault> {
        let (kind, end) = if bytes.starts_with(b"\xff\xd8\xff") {
            (DocumentType::Jpeg, jpeg::end(&bytes)?)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            (DocumentType::Png, png::end(&bytes)?)
        } else if bytes.starts_with(b"%PDF-") {
            pdf::check(&bytes)?;
            (DocumentType::Pdf, bytes.len())
        } else {
            return Err("must be a JPEG or PNG image or a PDF, by its content");
        };
        let bytes = bytes.slice(..end);
        if is_archive(&bytes) {
            return Err("is an archive too: send the image or the PDF by itself");
        }
        let sha256 = Sha256::digest(&bytes).to_vec();
        Ok(Self { kind, bytes, sha256 })
    }
}

fn check_pixels(width: u32, height: u32) -> Result<(), Fault> {
    match u64::from(width) * u64::from(height) {
        0 => Err("is an image of no size"),
        1..=MAX_PIXELS => Ok(()),
        _ => Err("is an image of more than 100 million pixels: send a smaller one"),
    }
}

/// Whether a program that unpacks archives would take it: those are read from their end.
fn is_archive(bytes: &[u8]) -> bool {
    let from = bytes.len().saturating_sub(ARCHIVE_END_BYTES + MAX_ARCHIVE_COMMENT);
    let tail = &bytes[from..];
    let mut ends = tail.windows(ARCHIVE_END_BYTES).enumerate().filter(|(_, end)| end.starts_with(ARCHIVE_END));
    ends.any(|(at, end)| {
        let comment = usize::from(u16::from_le_bytes([end[20], end[21]]));
        at + ARCHIVE_END_BYTES + comment == tail.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_known_by_its_end() {
        let archive = |comment: &[u8]| {
            let mut bytes = b"PK\x05\x06".to_vec();
            bytes.extend([0; 16]);
            bytes.extend(u16::try_from(comment.len()).expect("it is short").to_le_bytes());
            bytes.extend(comment);
            bytes
        };
        let table: [(Vec<u8>, bool); 5] = [
            (Vec::new(), false),
            (b"PK\x05\x06".to_vec(), false),
            (archive(b""), true),
            ([b"in front".to_vec(), archive(b"startxref\n0\n%%EOF\n")].concat(), true),
            ([archive(b""), b"behind".to_vec()].concat(), false),
        ];
        for (bytes, expected) in table {
            assert_eq!(is_archive(&bytes), expected, "{bytes:?}");
        }
    }
}
