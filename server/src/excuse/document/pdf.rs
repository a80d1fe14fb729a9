//! Whether a file is a PDF from its first byte to its last: it says so at its beginning, and what stands at its end leads to the
//! table of its parts.

use super::Fault;

const BROKEN: Fault = "is no whole PDF: it is damaged, breaks off, or something follows its end";

pub fn check(bytes: &[u8]) -> Result<(), Fault> {
    let [b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', b'0'..=b'9', ..] = *bytes else { return Err(BROKEN) };
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let length = bytes.iter().rposition(|byte| !blank(byte)).map_or(0, |last| last + 1);
    let body = bytes[..length].strip_suffix(b"%%EOF").ok_or(BROKEN)?;
    // Behind the word there is nothing but a number.
    let begin = body.len().saturating_sub(64);
    let word = body[begin..].windows(9).rposition(|word| word == b"startxref").ok_or(BROKEN)?;
    let number = str::from_utf8(&body[begin + word + 9..]).map_err(|_| BROKEN)?;
    let table: usize = number.trim().parse().map_err(|_| BROKEN)?;
    let table = bytes.get(table..begin + word).ok_or(BROKEN)?.trim_ascii_start();
    // A table of old, or an object with a stream of it: "12 0 obj".
    let is_object = || {
        let mut words = table[..table.len().min(40)].split(u8::is_ascii_whitespace);
        let mut is_number = || words.next().is_some_and(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit));
        is_number() && is_number() && words.next().is_some_and(|word| word.starts_with(b"obj"))
    };
    if table.starts_with(b"xref") || is_object() { Ok(()) } else { Err(BROKEN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(table: &str) -> Vec<u8> {
        let head = "%PDF-1.4\n1 0 obj\n<< >>\nendobj\n";
        format!("{head}{table}\nstartxref\n{}\n%%EOF\n", head.len()).into_bytes()
    }

    #[test]
    fn a_file_leads_from_its_end_to_its_table() {
        let old = file("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>");
        let new = file("2 0 obj\n<< /Type /XRef >>\nendobj");
        for whole in [&old, &new] {
            assert_eq!(check(whole), Ok(()));
            assert_eq!(check(&[whole.as_slice(), b"\r\n\0"].concat()), Ok(()), "blank at the end");
            for length in 0..whole.len() - 1 {
                assert_eq!(check(&whole[..length]), Err(BROKEN), "{length} of {} bytes", whole.len());
            }
            assert_eq!(check(&[whole.as_slice(), b"<script>"].concat()), Err(BROKEN));
        }
    }

    #[test]
    fn what_only_begins_and_ends_like_one_is_none() {
        let table: [&[u8]; 5] = [
            b"%PDF-1.4\n%%EOF",
            b"%PDF-1.4\nstartxref\n0\n%%EOF",
            b"%PDF-1.4\nstartxref\n99999\n%%EOF",
            b"%PDF-1.4\nhello\nstartxref\n9\n%%EOF",
            b"%PDF-9.4\nxref\nstartxref\n9\n%%EOF",
        ];
        for bytes in table {
            assert_eq!(check(bytes), Err(BROKEN), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
