//! The header line of a file: which column stands where.

use csv::ByteRecord;

use super::fault::{Faults, Place};

/// A column that a kind of rows has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// Whether a file must have it.
    pub needed: bool,
    /// Whether an export has it.
    pub exported: bool,
}

impl Column {
    pub const fn needed(name: &'static str) -> Self {
        Self { name, needed: true, exported: true }
    }

    pub const fn optional(name: &'static str) -> Self {
        Self { name, needed: false, exported: true }
    }

    /// One that nothing is told of.
    pub const fn write_only(name: &'static str) -> Self {
        Self { name, needed: false, exported: false }
    }
}

/// Where the columns stand, by their names.
#[derive(Default)]
pub struct Header {
    places: Vec<(&'static str, usize)>,
    /// How many cells every line has.
    pub width: usize,
}

impl Header {
    /// Reads the names, in any case and order. Every one that is unknown, missing or there twice is a fault.
    pub fn read(line: u32, record: &ByteRecord, columns: &[Column], faults: &mut Faults) -> Self {
        let mut places: Vec<(&'static str, usize)> = Vec::new();
        for (index, cell) in record.iter().enumerate() {
            let name = String::from_utf8_lossy(cell).trim().to_lowercase();
            let place = Place { line, column: name.clone().into(), number: number(index) };
            match columns.iter().find(|column| column.name == name) {
                None => faults.add(place, unknown(&name, columns)),
                Some(column) => match places.iter().find(|(known, _)| *known == column.name) {
                    Some((_, first)) => {
                        faults.add(place, format!("is column {} already: leave one of them out", number(*first)));
                    }
                    None => places.push((column.name, index)),
                },
            }
        }
        for column in columns.iter().filter(|column| column.needed) {
            if places.iter().all(|(name, _)| *name != column.name) {
                let place = Place { line, column: column.name.into(), number: 0 };
                faults.add(
                    place,
                    format!("is missing: the first line must name the columns, such as {}", names(columns)),
                );
            }
        }
        Self { places, width: record.len() }
    }

    /// The column of this name, if the file has it.
    pub fn name(&self, name: &str) -> Option<&'static str> {
        self.places.iter().find(|(known, _)| *known == name).map(|(known, _)| *known)
    }

    /// Where a column stands, if the file has it.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == name).map(|(_, index)| *index)
    }
}

/// The number of a column, as people count.
pub fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn unknown(name: &str, columns: &[Column]) -> String {
    if name.contains("password") {
        return "is not taken: a file with passwords is read by everybody who gets hold of it. Leave the column out, and \
                people set their own; or bring hashes in password_hash"
            .to_owned();
    }
    format!("is no column of this kind of rows: take {}", names(columns))
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::needed("email"), Column::needed("username"), Column::optional("password_hash")];

    #[test]
    fn every_fault_of_a_header_is_named() {
        // The cells, and the faults as column and number.
        type Case = (&'static [&'static str], &'static [(&'static str, u32)]);
        let table: [Case; 8] = [
            (&["email", "username"], &[]),
            (&["username", "password_hash", "email"], &[]),
            (&[" Email ", "USERNAME"], &[]),
            (&["email"], &[("username", 0)]),
            (&["email", "username", "colour"], &[("colour", 3)]),
            (&["email", "username", "email"], &[("email", 3)]),
            (&["email", "username", "password"], &[("password", 3)]),
            (&["a", "", "a"], &[("email", 0), ("username", 0), ("a", 1), ("", 2), ("a", 3)]),
        ];
        for (cells, expected) in table {
            let mut faults = Faults::default();
            Header::read(1, &ByteRecord::from(cells.to_vec()), COLUMNS, &mut faults);
            let found = faults.list();
            let found: Vec<_> = found.iter().map(|(place, _)| (&*place.column, place.number)).collect();
            assert_eq!(found, expected, "{cells:?}");
        }
    }
}
