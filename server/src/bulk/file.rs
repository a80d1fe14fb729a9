//! A CSV file as its rows, each with the line that it begins in (RFC 4180, and what spreadsheets make of it).

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{
    fault::{Faults, Place},
    header::{Column, Header},
};

/// More would take too much memory and hold up other writes for too long.
pub const MAX_ROWS: usize = 50_000;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How a workbook begins, and text in UTF-16 in either order.
const OTHER_FORMS: [(&[u8], &str); 3] = [
    (b"PK\x03\x04", "is a workbook or an archive: save it as \"CSV UTF-8\""),
    (b"\xff\xfe", "is UTF-16: save it as \"CSV UTF-8\""),
    (b"\xfe\xff", "is UTF-16: save it as \"CSV UTF-8\""),
];
const FIRST: Place = Place::row(1);

/// A file whose header was read.
pub struct File<'a> {
    bytes: &'a [u8],
    reader: Reader<&'a [u8]>,
    pub header: Header,
    /// Whether commas stand in numbers, because semicolons stand between cells.
    pub decimal_comma: bool,
    lines: Lines<'a>,
    rows: usize,
}

impl<'a> File<'a> {
    /// Reads the header. None where it has faults: the rows mean nothing then.
    pub fn open(bytes: &'a [u8], columns: &[Column], faults: &mut Faults) -> Option<Self> {
        if let Some((_, fault)) = OTHER_FORMS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
            faults.add(FIRST, *fault);
            return None;
        }
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let delimiter = delimiter(bytes);
        let reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(bytes);
        let lines = Lines { bytes, at: 0, line: 1 };
        let mut file =
            Self { bytes, reader, header: Header::default(), decimal_comma: delimiter == b';', lines, rows: 0 };
        let mut record = ByteRecord::new();
        let Some(line) = file.record(&mut record, faults) else {
            faults.add(FIRST, "is empty: the first line must name the columns");
            return None;
        };
        file.header = Header::read(line, &record, columns, faults);
        faults.is_empty().then_some(file)
    }

    /// The next row that says something and has as many cells as the header, and its line.
    pub fn next(&mut self, record: &mut ByteRecord, faults: &mut Faults) -> Option<u32> {
        loop {
            let line = self.record(record, faults)?;
            // Spreadsheets keep rows that were emptied.
            if record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            self.rows += 1;
            if self.rows > MAX_ROWS {
                faults.add(
                    Place::row(line),
                    format!("is row {}: split the file into ones of at most {MAX_ROWS} rows", self.rows),
                );
                return None;
            }
            // No text of a database can hold it, and no cell is looked up by it.
            if record.iter().any(|cell| cell.contains(&0)) {
                faults.add(Place::row(line), "holds a NUL character: remove it, or save the file as \"CSV UTF-8\"");
                continue;
            }
            if record.len() == self.header.width {
                return Some(line);
            }
            let (found, wanted) = (record.len(), self.header.width);
            faults.add(Place::row(line), format!("has {found} cells, and the first line has {wanted}"));
        }
    }

    /// How many rows were read.
    pub fn rows(&self) -> usize {
        self.rows.min(MAX_ROWS)
    }

    fn record(&mut self, record: &mut ByteRecord, faults: &mut Faults) -> Option<u32> {
        let begin = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        // Reading from memory, cells in bytes and rows of any length: there is nothing that could fail.
        if !self.reader.read_byte_record(record).unwrap_or(false) {
            return None;
        }
        let line = self.lines.of_row(begin);
        let is_last = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX) >= self.bytes.len();
        let quotes = || self.bytes[begin.min(self.bytes.len())..].iter().filter(|byte| **byte == b'"').count();
        if is_last && quotes() % 2 == 1 {
            faults.add(
                Place::row(line),
                "has a quotation mark that is not closed: write \"\" for one that belongs to the text",
            );
            return None;
        }
        Some(line)
    }
}

/// What stands between the cells of the header, and so of all rows: spreadsheets take semicolons where commas stand in
/// numbers.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |wanted: u8| header.iter().filter(|byte| **byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

/// Counts lines, from the beginning on.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the row that begins here, perhaps after the end of the last one and empty lines.
    fn of_row(&mut self, begin: usize) -> u32 {
        let rest = self.bytes.get(begin..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        while self.at < begin + ends {
            let next = self.bytes.get(self.at + 1);
            match self.bytes[self.at] {
                b'\n' => self.line += 1,
                b'\r' if next != Some(&b'\n') => self.line += 1,
                _ => {}
            }
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::needed("a"), Column::needed("b")];

    /// A line and its cells.
    type Row = (u32, Vec<String>);

    fn read(bytes: &[u8]) -> (Vec<Row>, Vec<(u32, String)>) {
        let (mut faults, mut rows, mut record) = (Faults::default(), Vec::new(), ByteRecord::new());
        if let Some(mut file) = File::open(bytes, COLUMNS, &mut faults) {
            while let Some(line) = file.next(&mut record, &mut faults) {
                rows.push((line, record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()));
            }
        }
        (rows, faults.list().into_iter().map(|(place, description)| (place.line, description)).collect())
    }

    fn row(line: u32, a: &str, b: &str) -> Row {
        (line, vec![a.to_owned(), b.to_owned()])
    }

    #[test]
    fn rows_have_the_lines_of_the_file() {
        let table: [(&[u8], Vec<Row>); 11] = [
            (b"a,b\n1,2\n3,4\n", vec![row(2, "1", "2"), row(3, "3", "4")]),
            (b"a,b\r\n1,2\r\n3,4", vec![row(2, "1", "2"), row(3, "3", "4")]),
            (b"a,b\r1,2\r3,4\r", vec![row(2, "1", "2"), row(3, "3", "4")]),
            (b"\xef\xbb\xbfa,b\r\n1,2\r\n", vec![row(2, "1", "2")]),
            (b"a;b\n1,5;2\n", vec![row(2, "1,5", "2")]),
            (b"a,b\n\n\r\n1,2\n\n3,4\n", vec![row(4, "1", "2"), row(6, "3", "4")]),
            (b"\n\na,b\n1,2\n", vec![row(4, "1", "2")]),
            (b"a,b\n,\n1,2\n,,,\n3,4\n", vec![row(3, "1", "2"), row(5, "3", "4")]),
            (b"a,b\n\"1\r\n1\n1\",2\n3,4\n", vec![row(2, "1\r\n1\n1", "2"), row(5, "3", "4")]),
            (b"a,b\n\"say \"\"1\"\"\",\"2\"\n", vec![row(2, "say \"1\"", "2")]),
            (b"a,b\n 1 ,\t2\n", vec![row(2, " 1 ", "\t2")]),
        ];
        for (bytes, expected) in table {
            assert_eq!(read(bytes), (expected, Vec::new()), "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn what_is_no_csv_is_told_with_its_line() {
        // (the file, the line of each fault, how many rows are read all the same)
        let table: [(&[u8], &[u32], usize); 9] = [
            (b"", &[1], 0),
            (b"\n\n", &[1], 0),
            (b"PK\x03\x04rest", &[1], 0),
            (b"\xff\xfea\0,\0b\0", &[1], 0),
            (b"a,b\n1\n2,3\n", &[2], 1),
            (b"a,b\n1,2,3\n4,5\n6\n", &[2, 4], 1),
            (b"a,b\n1,2\n\"3,4\n5,6\n", &[3], 1),
            (b"a,b\n1,2\n3,\"4", &[3], 1),
            (b"\na,c\n1,2\n", &[2, 2], 0),
        ];
        for (bytes, expected, rows) in table {
            let (read, faults) = read(bytes);
            let lines: Vec<_> = faults.iter().map(|(line, _)| *line).collect();
            assert_eq!(
                (lines.as_slice(), read.len()),
                (expected, rows),
                "{:?} {faults:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn a_file_has_no_more_rows_than_it_may() {
        let (rows, faults) = read(format!("a,b\n{}", "1,2\n".repeat(MAX_ROWS)).as_bytes());
        assert_eq!((rows.len(), faults.len()), (MAX_ROWS, 0));
        let (rows, faults) = read(format!("a,b\n{}", "1,2\n".repeat(MAX_ROWS + 2)).as_bytes());
        assert_eq!((rows.len(), faults.len()), (MAX_ROWS, 1));
    }
}
