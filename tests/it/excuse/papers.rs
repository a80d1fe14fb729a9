//! Documents, true ones and others.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// An image of one pixel.
pub fn png() -> Vec<u8> {
    let text = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    STANDARD.decode(text).expect("base64")
}

/// Every part that an image has: a header, a frame, a scan and an end.
pub fn jpeg() -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F', 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0];
    bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 0xff, 0x00, 3, 0xff, 0xd9]);
    bytes
}

/// A file of so many bytes, most of them a comment.
pub fn pdf(bytes: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%".to_vec();
    let table =
        |at: usize| format!("\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n{at:08}\n%%EOF\n");
    let rest = bytes.checked_sub(file.len() + table(0).len()).expect("room for a table");
    file.extend(std::iter::repeat_n(b'x', rest));
    let at = file.len() + 1;
    file.extend(table(at).into_bytes());
    assert_eq!(file.len(), bytes);
    file
}

/// The end of a ZIP archive, which makes one of whatever it ends, with a comment.
pub fn archive_end(comment: &[u8]) -> Vec<u8> {
    let mut bytes = b"PK\x05\x06".to_vec();
    bytes.extend([0; 16]);
    bytes.extend(u16::try_from(comment.len()).expect("a short comment").to_le_bytes());
    bytes.extend(comment);
    bytes
}
