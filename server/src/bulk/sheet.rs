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
use crate::problem::Problem;

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
    pub fn read(bytes: &[u8], rules: FieldRules<'_>) -> Result<Self, Problem> {
        let mut sheet = Self { lines: Vec::new(), rows: 0, columns: HashMap::new(), faults: Faults::default() };
        let faults = &mut sheet.faults;
        let Some(mut file) = File::open(bytes, T::COLUMNS, faults) else { return Ok(sheet) };
        for column in T::COLUMNS {
            sheet.columns.extend(file.header.index(column.name).map(|index| (column.name, number(index))));
        }
        // Where each key stands first.
        let mut keys: HashMap<T::Key, u32> = HashMap::new();
        let mut record = ByteRecord::new();
        while let Some(line) = file.next(&mut record, faults) {
            let mut cells = Cells::new(line, &file.header, &record, file.decimal_comma, rules, faults);
            let row = T::read(&mut cells);
            let is_sound = cells.are_sound();
            cells.end()?;
            // A faulty row is none yet: it does not keep another one from having its key.
            let Some(row) = row.filter(|_| is_sound) else { continue };
            match keys.entry(T::key(&row)) {
                Entry::Vacant(place) => {
                    place.insert(line);
                    sheet.lines.push(Line { line, row });
                }
                Entry::Occupied(first) => {
                    let fault = format!("is in line {} already: keep one of the two", first.get());
                    Finding { faults, columns: &sheet.columns }.add(line, T::KEY_COLUMN, fault);
                }
            }
        }
        sheet.rows = file.rows();
        Ok(sheet)
    }
}
