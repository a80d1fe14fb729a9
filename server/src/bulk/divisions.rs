//! Divisions, by their name.

use std::collections::HashMap;

use rollcall_proto::v1::CreateDivisionRequest;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, next},
};
use crate::{
    entity::division::Model,
    organisation::many,
    problem::Problem,
    store::{Database, Tx},
};

pub struct Divisions;

pub struct Row {
    name: String,
    description: Option<String>,
}

impl Table for Divisions {
    const NAME: &'static str = "divisions";
    const COLUMNS: &'static [Column] = &[Column::needed("name"), Column::optional("description")];
    const SINGLE: &'static str = "/rollcall.v1.DivisionService/CreateDivision";
    const KEY_COLUMN: &'static str = "name";

    type Row = Row;
    type Key = String;
    type Known = HashMap<String, Model>;
    type Changes = Vec<Model>;
    type After = ();
    type Position = String;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let (name, description) = (cells.needed("name"), cells.needed("description"));
        let CreateDivisionRequest { name, description, .. } = cells.check(CreateDivisionRequest { name, description });
        Some(Row { name, description: Some(description).filter(|_| cells.has("description")) })
    }

    fn key(row: &Row) -> String {
        row.name.clone()
    }

    async fn load<C: ConnectionTrait>(
        connection: &C,
        import: &Import,
        lines: &[Line<Row>],
    ) -> Result<HashMap<String, Model>, Problem> {
        let names: Vec<_> = lines.iter().map(|line| line.row.name.as_str()).collect();
        many::find_divisions(connection, import.college_id, &names).await
    }

    fn plan(
        import: &Import,
        lines: &[Line<Row>],
        mut known: HashMap<String, Model>,
        _: Finding<'_>,
    ) -> Plan<Vec<Model>> {
        let mut plan = Plan::<Vec<Model>>::default();
        for Line { row, .. } in lines {
            let before = known.remove(&row.name);
            let description = row.description.clone();
            match before {
                None => {
                    plan.created += 1;
                    plan.changes.push(Model {
                        college_id: import.college_id,
                        id: Uuid::now_v7(),
                        name: row.name.clone(),
                        description: description.unwrap_or_default(),
                        created_at: import.now,
                        updated_at: import.now,
                    });
                }
                Some(before) => match description.filter(|description| *description != before.description) {
                    None => plan.unchanged += 1,
                    Some(description) => {
                        plan.updated += 1;
                        plan.changes.push(Model { description, updated_at: import.now, ..before });
                    }
                },
            }
        }
        plan
    }

    async fn write(tx: &Tx, _: &Import, changes: Vec<Model>) -> Result<(), Problem> {
        many::put_divisions(tx, changes).await
    }

    async fn announce(_: &Import, (): ()) {}

    async fn page(database: &Database, college_id: Uuid, after: Option<String>) -> Result<Page<String>, Problem> {
        let found = many::list_divisions_after(database.reader(), college_id, after.as_deref(), PAGE_ROWS).await?;
        let next = next(&found, |last| last.name.clone());
        let rows = found.into_iter().map(|row| vec![Cell::Text(row.name), Cell::Text(row.description)]);
        Ok(Page { rows: rows.collect(), next })
    }
}
