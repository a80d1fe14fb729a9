//! Locations, by their name.

use rollcall_proto::v1::{CreateLocationRequest, Ring, Vertex};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, next},
};
use crate::{
    entity::location::{Model, Polygon},
    geofence::{Circle, Shape, many, read_fence},
    problem::Problem,
    store::{Database, Tx},
};

pub struct Locations;

pub struct Row {
    name: String,
    fence: Fence,
    building: Option<String>,
    classroom_number: Option<String>,
}

enum Fence {
    Circle {
        latitude: f64,
        longitude: f64,
        radius_meters: Option<f64>,
        /// Whether the file says that there is no polygon; where it says nothing, one that is there stays.
        replaces: bool,
    },
    Polygon(Box<Shape>),
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
        Column::optional("polygon"),
    ];
    const SINGLE: &'static str = "/rollcall.v1.GeofenceService/CreateLocation";
    const KEY_COLUMNS: &'static [&'static str] = &["name"];

    type Row = Row;
    type Key = String;
    type Changes = Vec<Model>;
    type After = Vec<Uuid>;
    type Position = String;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let polygon = cells.value("polygon", polygon);
        // Beside a polygon they follow from it, and an export has them all the same.
        let [latitude, longitude, radius_meters] = match polygon {
            Some(_) => [None; 3],
            None => ["latitude", "longitude", "radius_meters"].map(|column| cells.number(column)),
        };
        let (name, building) = (cells.needed("name"), cells.needed("building"));
        let classroom_number = cells.needed("classroom_number");
        let mut request = cells.check(CreateLocationRequest {
            name,
            latitude,
            longitude,
            radius_meters,
            building,
            classroom_number,
            polygon: polygon.into_iter().flatten().collect(),
        });
        if !cells.are_sound() {
            return None;
        }
        let fence = match read_fence(&mut request, radius_meters.unwrap_or_default()) {
            Ok((circle, Some(polygon))) => Fence::Polygon(Box::new(Shape { polygon, circle })),
            Ok((Circle { latitude, longitude, .. }, None)) => {
                Fence::Circle { latitude, longitude, radius_meters, replaces: cells.has("polygon") }
            }
            Err(problem) => {
                for violation in problem.violations {
                    let column = ["latitude", "longitude"].into_iter().find(|column| violation.field == *column);
                    cells.fault(column.unwrap_or("polygon"), violation.description);
                }
                return None;
            }
        };
        let CreateLocationRequest { name, building, classroom_number, .. } = request;
        Some(Row {
            name,
            fence,
            building: Some(building).filter(|_| cells.has("building")),
            classroom_number: Some(classroom_number).filter(|_| cells.has("classroom_number")),
        })
    }

    fn key(row: &Row) -> String {
        row.name.clone()
    }

    async fn plan<C: ConnectionTrait>(
        connection: &C,
        import: &Import,
        lines: &[Line<Row>],
        mut finding: Finding<'_>,
    ) -> Result<Plan<Vec<Model>>, Problem> {
        let names: Vec<_> = lines.iter().map(|line| line.row.name.as_str()).collect();
        let mut known = many::find_by_name(connection, import.college_id, &names).await?;
        let mut plan = Plan::<Vec<Model>>::default();
        for Line { line, row } in lines {
            let (is_new, before) = match known.remove(&row.name) {
                Some(before) => (false, before),
                None => (true, empty(row, import)),
            };
            if let (Some(_), Fence::Circle { replaces: false, .. }) = (&before.polygon, &row.fence) {
                finding.add(
                    *line,
                    "name",
                    "has a polygon as its fence: bring the column polygon too, empty for a circle",
                );
                continue;
            }
            let after = apply(row, before.clone());
            match (is_new, after == before) {
                (true, _) => plan.created += 1,
                (false, false) => plan.updated += 1,
                (false, true) => {
                    plan.unchanged += 1;
                    continue;
                }
            }
            plan.changes.push(Model { updated_at: import.now, ..after });
        }
        Ok(plan)
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
                Cell::optional(polygon.map_err(Problem::internal)?),
            ])
        });
        Ok(Page { rows: rows.collect::<Result<_, Problem>>()?, next })
    }
}

/// A geometry of GeoJSON of the type Polygon, as the contract has it.
fn polygon(text: &str) -> Result<Vec<Ring>, &'static str> {
    let polygon: Polygon = serde_json::from_str(text)
        .map_err(|_| "must be a GeoJSON geometry of the type Polygon, with positions in degrees")?;
    let vertex = |[longitude, latitude]: [f64; 2]| Vertex { latitude: Some(latitude), longitude: Some(longitude) };
    let ring = |positions: Vec<[f64; 2]>| Ring { vertices: positions.into_iter().map(vertex).collect() };
    Ok(polygon.coordinates.into_iter().map(ring).collect())
}

fn empty(row: &Row, import: &Import) -> Model {
    Model {
        college_id: import.college_id,
        id: Uuid::now_v7(),
        name: row.name.clone(),
        latitude: 0.0,
        longitude: 0.0,
        radius_meters: import.importer.default_radius_meters,
        polygon: None,
        building: String::new(),
        classroom_number: String::new(),
        created_at: import.now,
        updated_at: import.now,
    }
}

fn apply(row: &Row, mut location: Model) -> Model {
    match &row.fence {
        Fence::Circle { latitude, longitude, radius_meters, .. } => {
            (location.latitude, location.longitude) = (*latitude, *longitude);
            location.radius_meters = radius_meters.unwrap_or(location.radius_meters);
            location.polygon = None;
        }
        Fence::Polygon(shape) => {
            let Circle { latitude, longitude, radius_meters } = shape.circle;
            (location.latitude, location.longitude, location.radius_meters) = (latitude, longitude, radius_meters);
            location.polygon = Some(shape.polygon.clone());
        }
    }
    if let Some(building) = &row.building {
        location.building.clone_from(building);
    }
    if let Some(classroom_number) = &row.classroom_number {
        location.classroom_number.clone_from(classroom_number);
    }
    location
}
