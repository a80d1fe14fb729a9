//! The lines of a file, unfolded. Folding counts bytes and may part a letter, so text is only made of whole lines.

use super::Fault;

/// A content line, and the line of the file that it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub text: String,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub fn unfold(bytes: &[u8]) -> Result<Vec<Line>, Fault> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut whole: Vec<(usize, Vec<u8>)> = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line, whole.last_mut()) {
            ([b' ' | b'\t', rest @ ..], Some((_, begun))) => begun.extend_from_slice(rest),
            ([], _) => {}
            _ => whole.push((index + 1, line.to_vec())),
        }
    }
    let lines = whole.into_iter().map(|(number, bytes)| {
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(number, "is not in UTF-8"))?;
        Ok(Line { number, text })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_keep_their_numbers() {
        let table: [(&[u8], &[(usize, &str)]); 7] = [
            (b"", &[]),
            (b"A:1\r\nB:2\r\n", &[(1, "A:1"), (2, "B:2")]),
            (b"A:1\nB:2", &[(1, "A:1"), (2, "B:2")]),
            (b"A:1\r\n 2\r\n\t3\r\n  4\r\nB:2\r\n", &[(1, "A:123 4"), (5, "B:2")]),
            (b"\xef\xbb\xbfA:1\r\n\r\nB:2\r\n", &[(1, "A:1"), (3, "B:2")]),
            // The fold parts a letter of two bytes.
            (b"A:\xc3\r\n \xa9\r\n", &[(1, "A:\u{e9}")]),
            (b" A:1\r\n", &[(1, " A:1")]),
        ];
        for (bytes, expected) in table {
            let lines = unfold(bytes).expect("lines");
            let found: Vec<_> = lines.iter().map(|line| (line.number, line.text.as_str())).collect();
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(unfold(b"A:1\nB:\n \xff\n"), Err(Fault::new(2, "is not in UTF-8")));
    }
}
