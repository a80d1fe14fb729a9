//! Access points, by their address.

use std::collections::{HashMap, HashSet};

use rollcall_proto::v1::{CreateAccessPointRequest, access_point::Type};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, distinct, next},
};
use crate::{
    access_point::{self, ANY_SIGNAL_DBM, kind_from_proto, many, to_proto},
    entity::{
        access_point::{Kind, Model},
        location,
    },
    geofence,
    problem::Problem,
    store::{Database, Tx},
};

pub struct AccessPoints;

/// What rows mean: access points by their address, locations by their name.
pub struct Known {
    points: HashMap<String, Model>,
    locations: HashMap<String, location::Model>,
}

pub struct Row {
    bssid: String,
    location: String,
    kind: Kind,
    ssid: Option<String>,
    min_rssi_dbm: Option<i32>,
}

/// What is written, and the locations where something of it stood or stands.
#[derive(Default)]
pub struct Changes {
    points: Vec<Model>,
    locations: HashSet<Uuid>,
}

impl Table for AccessPoints {
    const NAME: &'static str = "access_points";
    const COLUMNS: &'static [Column] = &[
        Column::needed("bssid"),
        Column::needed("location"),
        Column::needed("type"),
        Column::optional("ssid"),
        Column::optional("min_rssi_dbm"),
    ];
    const SINGLE: &'static str = "/rollcall.v1.AccessPointService/CreateAccessPoint";
    const KEY_COLUMN: &'static str = "bssid";

    type Row = Row;
    type Key = String;
    type Known = Known;
    type Changes = Changes;
    type After = HashSet<Uuid>;
    type Position = String;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let bssid = cells.needed_value("bssid", |text| {
            access_point::normalise(text).ok_or("must be the address of one device, such as 4a:5b:6c:7d:8e:9f")
        });
        let location = cells.reference("location");
        let kind = cells.needed_value("type", kind);
        let ssid = cells.needed("ssid");
        let min_rssi_dbm = cells.integer("min_rssi_dbm");
        let CreateAccessPointRequest { ssid, .. } = cells.check(CreateAccessPointRequest {
            // The file names locations; whether there is such a one is not for the rules of fields to say.
            location_id: Uuid::nil().to_string(),
            bssid: bssid.clone().unwrap_or_default(),
            ssid,
            min_rssi_dbm,
            r#type: Type::Wifi.into(),
        });
        let ssid = Some(ssid).filter(|_| cells.has("ssid"));
        Some(Row { bssid: bssid?, location, kind: kind?, ssid, min_rssi_dbm })
    }

    fn key(row: &Row) -> String {
        row.bssid.clone()
    }

    async fn load<C: ConnectionTrait>(connection: &C, import: &Import, lines: &[Line<Row>]) -> Result<Known, Problem> {
        let bssids: Vec<_> = lines.iter().map(|line| line.row.bssid.as_str()).collect();
        let points = many::find_by_bssid(connection, import.college_id, &bssids).await?;
        let named = distinct(lines, |row| &row.location);
        let locations = geofence::many::find_by_name(connection, import.college_id, &named).await?;
        Ok(Known { points, locations })
    }

    fn plan(import: &Import, lines: &[Line<Row>], known: Known, mut finding: Finding<'_>) -> Plan<Changes> {
        let Known { mut points, locations } = known;
        let mut plan = Plan::<Changes>::default();
        for Line { line, row } in lines {
            let Some(location) = locations.get(&row.location) else {
                finding.add(*line, "location", "is none of the college's: take the name of one, or import it first");
                continue;
            };
            let before = points.remove(&row.bssid);
            let (is_new, before) = match before {
                Some(before) => (false, before),
                None => (true, empty(row, import, location.id)),
            };
            let after = apply(row, before.clone(), location.id);
            match (is_new, after == before) {
                (true, _) => plan.created += 1,
                (false, false) => plan.updated += 1,
                (false, true) => {
                    plan.unchanged += 1;
                    continue;
                }
            }
            plan.changes.locations.extend([before.location_id, after.location_id]);
            plan.changes.points.push(after);
        }
        plan
    }

    async fn write(tx: &Tx, _: &Import, changes: Changes) -> Result<HashSet<Uuid>, Problem> {
        many::put(tx, changes.points).await?;
        Ok(changes.locations)
    }

    async fn announce(import: &Import, locations: HashSet<Uuid>) {
        for location_id in locations {
            access_point::outdate(&import.importer.store, import.college_id, location_id).await;
        }
    }

    async fn page(database: &Database, college_id: Uuid, after: Option<String>) -> Result<Page<String>, Problem> {
        let connection = database.reader();
        let found = many::list_after(connection, college_id, after.as_deref(), PAGE_ROWS).await?;
        let next = next(&found, |last| last.bssid.clone());
        let ids: HashSet<_> = found.iter().map(|point| point.location_id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let names = geofence::many::find_names(connection, college_id, &ids).await?;
        let rows = found.into_iter().filter_map(|point| {
            // Gone in this moment, and its access points with it.
            let location = names.get(&point.location_id)?.clone();
            let point = to_proto(point);
            let kind = point.r#type().as_str_name();
            Some(vec![
                Cell::Text(point.bssid),
                Cell::Text(location),
                Cell::typed(kind),
                Cell::Text(point.ssid),
                Cell::typed(point.min_rssi_dbm),
            ])
        });
        Ok(Page { rows: rows.collect(), next })
    }
}

fn kind(text: &str) -> Result<Kind, &'static str> {
    let kind = Type::from_str_name(&text.to_uppercase()).and_then(|kind| kind_from_proto(kind).ok());
    kind.ok_or("must be WIFI or BLUETOOTH")
}

fn empty(row: &Row, import: &Import, location_id: Uuid) -> Model {
    Model {
        college_id: import.college_id,
        id: Uuid::now_v7(),
        location_id,
        bssid: row.bssid.clone(),
        ssid: String::new(),
        min_rssi_dbm: ANY_SIGNAL_DBM,
        kind: row.kind,
        created_at: import.now,
    }
}

fn apply(row: &Row, mut point: Model, location_id: Uuid) -> Model {
    point.location_id = location_id;
    point.kind = row.kind;
    if let Some(ssid) = &row.ssid {
        point.ssid.clone_from(ssid);
    }
    point.min_rssi_dbm = row.min_rssi_dbm.unwrap_or(point.min_rssi_dbm);
    point
}
