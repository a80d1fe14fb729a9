//! What there is to know of a kind of rows: its columns, how a row is read, what rows of it would change, and how they are
//! written and read back.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    fault::{Faults, Place},
    header::Column,
    service::Importer,
};
use crate::{
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Database, Tx},
};

/// A row of a file that can be read by itself.
pub struct Line<R> {
    pub line: u32,
    pub row: R,
}

/// In which college, when, and with what.
pub struct Import {
    pub importer: Importer,
    pub college_id: Uuid,
    pub now: DateTime<Utc>,
    /// The college's day.
    pub today: NaiveDate,
    /// Whether people who are made without a password are invited.
    pub invite: bool,
    /// Who imports, and from where.
    pub principal: Principal,
    pub origin: Origin,
}

/// What rows would do.
#[derive(Default)]
pub struct Plan<C> {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// How many of the created are invited.
    pub invited: usize,
    pub changes: C,
}

impl<C> Plan<C> {
    /// Whether all is as the file says already.
    pub const fn is_empty(&self) -> bool {
        self.created == 0 && self.updated == 0
    }
}

/// Faults that only the database shows, put where the file has them.
pub struct Finding<'a> {
    pub faults: &'a mut Faults,
    /// The numbers of the columns.
    pub columns: &'a HashMap<&'static str, u32>,
}

impl Finding<'_> {
    pub fn add(&mut self, line: u32, column: &'static str, description: impl Into<String>) {
        let number = self.columns.get(column).copied().unwrap_or(0);
        self.faults.add(Place { line, column: column.into(), number }, description);
    }
}

/// A cell of an export.
pub enum Cell {
    /// What somebody has typed.
    Text(String),
    /// What has a form of its own: a number, a day, a name of an enumeration.
    Typed(String),
}

impl Cell {
    pub fn typed(value: impl ToString) -> Self {
        Self::Typed(value.to_string())
    }

    /// Empty where there is nothing.
    pub fn optional(value: Option<impl ToString>) -> Self {
        Self::Typed(value.map(|value| value.to_string()).unwrap_or_default())
    }
}

/// A kind of rows.
pub trait Table: Send + Sync + 'static {
    /// Of the table, in the audit, and of an exported file.
    const NAME: &'static str;
    /// The columns, in the order of an export.
    const COLUMNS: &'static [Column];
    /// The RPC that makes one of them; its field rules hold for rows too.
    const SINGLE: &'static str;
    /// The column at which stands the fault that two rows have the same key.
    const KEY_COLUMN: &'static str;

    /// Whether the rows are people, who can be invited.
    const HAS_PEOPLE: bool = false;

    /// What a line says.
    type Row: Send + Sync + 'static;
    /// What tells rows of a file apart.
    type Key: Hash + Eq + Send;
    /// What of the college rows are held against.
    type Known: Send + 'static;
    /// What is to be written.
    type Changes: Default + Send + 'static;
    /// What is left to do after the commit.
    type After: Send + 'static;
    /// Where an export goes on.
    type Position: Send + 'static;

    /// Reads a row, as far as it can be understood by itself. What is wrong stands in `cells` afterwards.
    fn read(cells: &mut Cells<'_>) -> Option<Self::Row>;

    fn key(row: &Self::Row) -> Self::Key;

    /// Reads what the rows are held against.
    fn load<C: ConnectionTrait>(
        connection: &C,
        import: &Import,
        lines: &[Line<Self::Row>],
    ) -> impl Future<Output = Result<Self::Known, Problem>> + Send;

    /// Holds the rows against what the college has. Not async, because a long file takes a moment, which is not for the
    /// threads that serve everybody else.
    fn plan(
        import: &Import,
        lines: &[Line<Self::Row>],
        known: Self::Known,
        finding: Finding<'_>,
    ) -> Plan<Self::Changes>;

    /// Locks what must not change between the plan and the write, beside the college, which is locked already.
    fn lock(
        _tx: &Tx,
        _import: &Import,
        _lines: &[Line<Self::Row>],
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        std::future::ready(Ok(()))
    }

    fn write(
        tx: &Tx,
        import: &Import,
        changes: Self::Changes,
    ) -> impl Future<Output = Result<Self::After, Problem>> + Send;

    /// Tells those who keep copies.
    fn announce(import: &Import, after: Self::After) -> impl Future<Output = ()> + Send;

    /// Some rows in the order of their key, and where the next ones begin.
    fn page(
        database: &Database,
        college_id: Uuid,
        after: Option<Self::Position>,
    ) -> impl Future<Output = Result<Page<Self::Position>, Problem>> + Send;
}

/// Some rows of an export.
pub struct Page<P> {
    pub rows: Vec<Vec<Cell>>,
    /// None behind the last row.
    pub next: Option<P>,
}

/// What rows refer to, each once.
pub fn distinct<'a, R>(lines: &'a [Line<R>], text: impl Fn(&'a R) -> &'a String) -> Vec<&'a str> {
    let found: HashSet<_> = lines.iter().map(|line| text(&line.row).as_str()).collect();
    found.into_iter().collect()
}

/// How many rows an export reads at a time.
pub const PAGE_ROWS: u64 = 1000;

/// Whether rows may follow those that were found, and where.
pub fn next<T, P>(found: &[T], position: impl FnOnce(&T) -> P) -> Option<P> {
    if (found.len() as u64) < PAGE_ROWS { None } else { found.last().map(position) }
}
