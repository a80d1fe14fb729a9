//! Locations, by their name.

use std::{collections::HashMap, convert::Infallible};

use rollcall_proto::v1::CreateLocationRequest;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, next},
};
use crate::{
    entity::location::Model,
    geofence::{self, Becomes, Described, Outline, Terms, many},
    problem::Problem,
    store::{Database, Tx},
};

pub struct Locations;

pub struct Row {
    described: Described,
    /// Whether the file says anything of polygons; where it says nothing, one that is there stays.
    says_polygon: bool,
}

impl Table for Locations {
    const NAME: &'static str = "locations";
    const COLUMNS: &'static [Column] = &[
        Column::needed("name"),
        Column::needed("latitude"),
        Column::needed("longitude"),
        Column::optional("radius_meters"),
        Column::optional("building"),
        Column::optional("classroom_number"),
        Column::optional("capacity"),
        Column::optional("polygon"),
    ];
    const SINGLE: &'static str = "/rollcall.v1.GeofenceService/CreateLocation";
    const KEY_COLUMN: &'static str = "name";

    type Row = Row;
    type Key = String;
    type Known = HashMap<String, Model>;
    type Changes = Vec<Model>;
    type After = Vec<Uuid>;
    type Position = String;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let polygon = cells.value("polygon", |text| Ok::<_, Infallible>(geofence::read_polygon(text)));
        // Beside a polygon they follow from it, and an export has them all the same.
        let [latitude, longitude, radius_meters] = match polygon {
            Some(_) => [None; 3],
            None => ["latitude", "longitude", "radius_meters"].map(|column| cells.number(column)),
        };
        let (name, building) = (cells.needed("name"), cells.needed("building"));
        let classroom_number = cells.needed("classroom_number");
        let capacity = cells.integer("capacity");
        let request = cells.check(CreateLocationRequest {
            name,
            latitude,
            longitude,
            radius_meters,
            building,
            classroom_number,
            capacity: capacity.unwrap_or_default(),
            polygon: Vec::new(),
        });
        let outline = match polygon {
            Some(Ok(shape)) => Outline::Polygon(Box::new(shape)),
            Some(Err(faults)) => {
                faults.into_iter().for_each(|fault| cells.fault("polygon", fault));
                return None;
            }
            None => {
                for (column, value) in [("latitude", latitude), ("longitude", longitude)] {
                    if value.is_none() {
                        cells.miss(column, "is required, unless a polygon is given");
                    }
                }
                Outline::Circle { latitude: latitude?, longitude: longitude?, radius_meters }
            }
        };
        let CreateLocationRequest { name, building, classroom_number, .. } = request;
        let building = Some(building).filter(|_| cells.has("building"));
        let classroom_number = Some(classroom_number).filter(|_| cells.has("classroom_number"));
        let described = Described { name, outline, building, classroom_number, capacity };
        Some(Row { described, says_polygon: cells.has("polygon") })
    }

    fn key(row: &Row) -> String {
        row.described.name.clone()
    }

    async fn load<C: ConnectionTrait>(
        connection: &C,
        import: &Import,
        lines: &[Line<Row>],
    ) -> Result<HashMap<String, Model>, Problem> {
        let names: Vec<_> = lines.iter().map(|line| line.row.described.name.as_str()).collect();
        many::find_by_name(connection, import.college_id, &names).await
    }

    fn plan(
        import: &Import,
        lines: &[Line<Row>],
        mut known: HashMap<String, Model>,
        mut finding: Finding<'_>,
    ) -> Plan<Vec<Model>> {
        let Import { college_id, now, importer, .. } = import;
        let default_radius_meters = importer.default_radius_meters;
        let terms = Terms { college_id: *college_id, now: *now, default_radius_meters };
        let mut plan = Plan::<Vec<Model>>::default();
        for Line { line, row: Row { described, says_polygon } } in lines {
            let before = known.remove(&described.name);
            let has_polygon = before.as_ref().is_some_and(|before| before.polygon.is_some());
            if has_polygon && !says_polygon {
                finding.add(
                    *line,
                    "name",
                    "has a polygon as its fence: bring the column polygon too, empty for a circle",
                );
                continue;
            }
            match described.becomes(before, &terms) {
                Becomes::New(location) => {
                    plan.created += 1;
                    plan.changes.push(location);
                }
                Becomes::Changed(location) => {
                    plan.updated += 1;
                    plan.changes.push(location);
                }
                Becomes::Same => plan.unchanged += 1,
            }
        }
        plan
    }

    async fn write(tx: &Tx, _: &Import, changes: Vec<Model>) -> Result<Vec<Uuid>, Problem> {
        let ids = changes.iter().map(|location| location.id).collect();
        many::put(tx, changes).await?;
        Ok(ids)
    }

    async fn announce(import: &Import, ids: Vec<Uuid>) {
        many::outdate(&import.importer.store, import.college_id, &ids).await;
    }

    async fn page(database: &Database, college_id: Uuid, after: Option<String>) -> Result<Page<String>, Problem> {
        let found = many::list_after(database.reader(), college_id, after.as_deref(), PAGE_ROWS).await?;
        let next = next(&found, |last| last.name.clone());
        let rows = found.into_iter().map(|location| {
            let polygon = location.polygon.map(|polygon| serde_json::to_string(&polygon)).transpose();
            Ok(vec![
                Cell::Text(location.name),
                Cell::typed(location.latitude),
                Cell::typed(location.longitude),
                Cell::typed(location.radius_meters),
                Cell::Text(location.building),
                Cell::Text(location.classroom_number),
                Cell::optional(location.capacity.map(|people| people.to_string())),
                Cell::optional(polygon.map_err(Problem::internal)?),
            ])
        });
        Ok(Page { rows: rows.collect::<Result<_, Problem>>()?, next })
    }
}
