//! The cells of one row: what they say, and what is wrong with them.

use std::fmt::Display;

use chrono::NaiveDate;
use csv::ByteRecord;
use prost::Message;

use super::{
    fault::{Faults, Place},
    formula,
    header::{Header, number},
};
use crate::{contract::Contract, name, problem::Problem};

/// What rows are held against: the rules of the fields of the call that would make one of them.
#[derive(Clone, Copy)]
pub struct FieldRules<'a> {
    pub contract: &'a Contract,
    pub path: &'static str,
}

/// One row.
pub struct Cells<'a> {
    line: u32,
    header: &'a Header,
    record: &'a ByteRecord,
    /// Whether commas stand in numbers, because they do not stand between cells.
    decimal_comma: bool,
    rules: FieldRules<'a>,
    faults: &'a mut Faults,
    /// The columns that are at fault already.
    faulty: Vec<&'static str>,
    /// Why the row could not be held against the rules.
    unheld: Option<Problem>,
}

impl<'a> Cells<'a> {
    pub const fn new(
        line: u32,
        header: &'a Header,
        record: &'a ByteRecord,
        decimal_comma: bool,
        rules: FieldRules<'a>,
        faults: &'a mut Faults,
    ) -> Self {
        Self { line, header, record, decimal_comma, rules, faults, faulty: Vec::new(), unheld: None }
    }

    /// Whether nothing was wrong with the cells that were read.
    pub const fn are_sound(&self) -> bool {
        self.faulty.is_empty()
    }

    /// Ends the reading. It has failed where the row could not be held against the rules.
    pub fn end(self) -> Result<(), Problem> {
        self.unheld.map_or(Ok(()), Err)
    }

    pub fn fault(&mut self, column: &'static str, description: impl Into<String>) {
        let number = self.header.index(column).map_or(0, number);
        self.faults.add(Place { line: self.line, column: column.into(), number }, description);
        self.faulty.push(column);
    }

    /// Whether the file has the column.
    pub fn has(&self, column: &str) -> bool {
        self.header.index(column).is_some()
    }

    /// Text as it was before it was neutralised. None where the file lacks the column.
    pub fn text(&mut self, column: &'static str) -> Option<String> {
        self.cell(column).map(formula::restore)
    }

    /// Text that must be there; its absence is for the rules of fields to tell.
    pub fn needed(&mut self, column: &'static str) -> String {
        self.text(column).unwrap_or_default()
    }

    /// What is no text. None where the file lacks the column or the cell is empty, and where it is at fault.
    pub fn value<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let cell = self.cell(column)?.trim();
        if cell.is_empty() {
            return None;
        }
        match parse(cell) {
            Ok(value) => Some(value),
            Err(fault) => {
                let fault = fault.to_string();
                self.fault(column, fault);
                None
            }
        }
    }

    /// The same where the cell must say something.
    pub fn needed_value<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.value(column, parse);
        if value.is_none() {
            self.miss(column, "is required");
        }
        value
    }

    pub fn flag(&mut self, column: &'static str) -> Option<bool> {
        self.value(column, |text| match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err("must be true or false"),
        })
    }

    pub fn date(&mut self, column: &'static str) -> Option<NaiveDate> {
        self.value(column, date)
    }

    pub fn integer(&mut self, column: &'static str) -> Option<i32> {
        self.value(column, |text| text.parse().map_err(|_| "must be a whole number"))
    }

    pub fn number(&mut self, column: &'static str) -> Option<f64> {
        let decimal_comma = self.decimal_comma;
        self.value(column, |text| {
            let text = if decimal_comma { text.replace(',', ".") } else { text.to_owned() };
            text.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or("must be a number such as -73.8567")
        })
    }

    /// The name of something that the college has, in the form that names have. It must be there.
    pub fn reference(&mut self, column: &'static str) -> String {
        let name = name::normal(&self.needed(column)).into_owned();
        if name.is_empty() {
            self.miss(column, "is required");
        }
        name
    }

    /// Brings what was read into the form that a single call would give it, and holds it against the rules of that call's
    /// fields: they have the names of the columns. Columns that are at fault already are passed over.
    pub fn check<M: Message + Default>(&mut self, request: M) -> M {
        let FieldRules { contract, path } = self.rules;
        let (held, found) = match contract.hold(path, &request) {
            Ok(held) => held,
            Err(problem) => {
                self.unheld = Some(problem);
                return request;
            }
        };
        for violation in found {
            let named = self.header.name(&violation.field);
            if let Some(column) = named.filter(|column| !self.faulty.contains(column)) {
                self.fault(column, violation.description);
            }
        }
        held
    }

    /// Tells that a column must say something; nothing where it is at fault already.
    pub fn miss(&mut self, column: &'static str, description: &str) {
        if !self.faulty.contains(&column) {
            self.fault(column, description);
        }
    }

    fn cell(&mut self, column: &'static str) -> Option<&'a str> {
        let cell = self.record.get(self.header.index(column)?)?;
        match std::str::from_utf8(cell) {
            Ok(text) => Some(text),
            Err(_) => {
                self.fault(column, "is not UTF-8: save the file as \"CSV UTF-8\"");
                None
            }
        }
    }
}

fn date(text: &str) -> Result<NaiveDate, &'static str> {
    // Nothing but this form: 03/04/2026 is another day on either side of the ocean.
    let has_form = text.len() == 10 && text.is_ascii();
    text.parse().ok().filter(|_| has_form).ok_or("must be a day such as 2026-12-31")
}
