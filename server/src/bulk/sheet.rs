//! A whole file, row by row, as far as it can be understood without the database.

use std::collections::{HashMap, hash_map::Entry};

use csv::ByteRecord;

use super::{
    cells::{Cells, FieldRules},
    fault::Faults,
    file::File,
    header::number,
    table::{Finding, Line, Table},
};

/// What a file says.
pub struct Sheet<T: Table> {
    /// The rows without faults of their own.
    pub lines: Vec<Line<T::Row>>,
    /// How many rows there are, faulty ones too.
    pub rows: usize,
    /// The numbers of the columns that the file has.
    pub columns: HashMap<&'static str, u32>,
    pub faults: Faults,
}

impl<T: Table> Sheet<T> {
    pub fn read(bytes: &[u8], rules: FieldRules<'_>) -> Self {
        let mut sheet = Self { lines: Vec::new(), rows: 0, columns: HashMap::new(), faults: Faults::default() };
        let faults = &mut sheet.faults;
        let Some(mut file) = File::open(bytes, T::COLUMNS, faults) else { return sheet };
        for column in T::COLUMNS {
            sheet.columns.extend(file.header.index(column.name).map(|index| (column.name, number(index))));
        }
        // Where each key stands first.
        let mut keys: HashMap<T::Key, u32> = HashMap::new();
        let mut record = ByteRecord::new();
        while let Some(line) = file.next(&mut record, faults) {
            let mut cells = Cells::new(line, &file.header, &record, file.decimal_comma, rules, faults);
            let row = T::read(&mut cells);
            let (is_sound, has_key) = (cells.are_sound(), cells.are_sound_in(T::KEY_COLUMNS));
            // A key that is at fault itself is nobody's, and another fault keeps nobody from having it.
            let Some(row) = row.filter(|_| has_key) else { continue };
            match keys.entry(T::key(&row)) {
                Entry::Vacant(place) => {
                    place.insert(line);
                }
                Entry::Occupied(first) => {
                    let fault = format!("is in line {} already: keep one of the two", first.get());
                    Finding { faults, columns: &sheet.columns }.add(line, T::KEY_COLUMNS[0], fault);
                    continue;
                }
            }
            if is_sound {
                sheet.lines.push(Line { line, row });
            }
        }
        sheet.rows = file.rows();
        sheet
    }
}
