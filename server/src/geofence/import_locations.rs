//! ImportLocations: read the file → hold it against what is there → refuse all if something is at fault; else lock the college,
//! look again, write what differs in few statements → drop the copies.

use std::collections::HashMap;

use rollcall_proto::v1::{CreateLocationRequest, ImportLocationsRequest, ImportLocationsResponse};
use serde_json::json;

use super::{
    described::{Becomes, Described, Outline, Terms},
    geojson::{self, File},
    many,
    path::{self, Faults},
    service::Service,
};
use crate::{
    audit,
    contract::Contract,
    convert::count,
    entity::location::Model,
    import::Turn,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{LONGEST_WRITE, detach},
};

const MEDIA_TYPES: [&str; 2] = ["application/geo+json", "application/json"];
/// The RPC that makes one location: its field rules hold for those of a file too.
const SINGLE: &str = "/rollcall.v1.GeofenceService/CreateLocation";

/// What a file would do.
#[derive(Default)]
struct Plan {
    created: Vec<Model>,
    updated: Vec<Model>,
    unchanged: usize,
}

impl Service {
    pub(super) async fn import_locations(
        &self,
        principal: &Principal,
        request: ImportLocationsRequest,
        origin: Origin,
    ) -> Result<ImportLocationsResponse, Problem> {
        let (dry_run, body) = (request.dry_run, request.file.unwrap_or_default());
        check_type(&body.content_type)?;
        let turn = self.turns.take(principal.college_id).await?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let terms = Terms { college_id, now, default_radius_meters: self.default_radius_meters };
        let contract = self.contract.clone();
        let read = move || geojson::read(&body.data, &|described| hold_against_rules(&contract, described));
        let File { locations, unread, faults } = turn.work(read).await??;
        let unread_properties: Vec<_> = unread.into_iter().collect();
        let known = many::find_by_name(self.store.database.reader(), college_id, &names(&locations)).await?;
        let plan = Plan::of(&locations, known, &terms);
        if dry_run {
            return Ok(ImportLocationsResponse { dry_run, unread_properties, ..told(&plan, faults) });
        }
        if !faults.is_empty() {
            return Err(faults.refuse());
        }
        if plan.is_empty() {
            return Ok(ImportLocationsResponse { unread_properties, ..told(&plan, faults) });
        }
        let row = audit::Row::by(principal, &origin, "locations.imported", now);
        let told = self.write(terms, locations, row, turn).await?;
        Ok(ImportLocationsResponse { unread_properties, ..told })
    }

    /// Writes what a file without faults says. The turn ends with the write, whoever has gone away by then.
    async fn write(
        &self,
        terms: Terms,
        locations: Vec<Described>,
        row: audit::Row,
        turn: Turn,
    ) -> Result<ImportLocationsResponse, Problem> {
        let store = self.store.clone();
        detach(async move {
            let _turn = turn;
            let work = store.database.write_within(LONGEST_WRITE, move |tx| {
                Box::pin(async move {
                    // One import at a time in a college: two of the same file would both find nothing of it there.
                    organisation::lock_college(tx, terms.college_id).await?;
                    let known = many::lock_by_name(tx, terms.college_id, &names(&locations)).await?;
                    let plan = Plan::of(&locations, known, &terms);
                    let answer = told(&plan, Faults::default());
                    if plan.is_empty() {
                        return Ok((answer, Vec::new()));
                    }
                    let changed: Vec<_> = plan.updated.iter().map(|location| location.id).collect();
                    many::put(tx, plan.created.into_iter().chain(plan.updated).collect()).await?;
                    audit::insert(tx, row.detail(detail(&answer))).await?;
                    Ok((answer, changed))
                })
            });
            let (answer, changed) = work.await?;
            many::outdate(&store, terms.college_id, &changed).await;
            Ok(answer)
        })
        .await
    }
}

impl Plan {
    fn of(locations: &[Described], mut known: HashMap<String, Model>, terms: &Terms) -> Self {
        let mut plan = Self::default();
        for described in locations {
            match described.becomes(known.remove(&described.name), terms) {
                Becomes::New(location) => plan.created.push(location),
                Becomes::Changed(location) => plan.updated.push(location),
                Becomes::Same => plan.unchanged += 1,
            }
        }
        plan
    }

    /// Whether all is as the file says already.
    const fn is_empty(&self) -> bool {
        self.created.is_empty() && self.updated.is_empty()
    }
}

fn names(locations: &[Described]) -> Vec<&str> {
    locations.iter().map(|described| described.name.as_str()).collect()
}

/// Brings names into their form and tells what breaks the rules of a single call, each with where it is in a feature. A
/// polygon is held against them where its shape is made, which knows the place of each vertex.
fn hold_against_rules(contract: &Contract, described: &mut Described) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut request = CreateLocationRequest {
        name: described.name.clone(),
        building: described.building.clone().unwrap_or_default(),
        classroom_number: described.classroom_number.clone().unwrap_or_default(),
        capacity: described.capacity.unwrap_or_default(),
        ..Default::default()
    };
    if let Outline::Circle { latitude, longitude, radius_meters } = described.outline {
        (request.latitude, request.longitude, request.radius_meters) = (Some(latitude), Some(longitude), radius_meters);
    }
    let (held, found) = contract.hold(SINGLE, &request)?;
    described.name = held.name;
    described.building = described.building.as_ref().map(|_| held.building);
    described.classroom_number = described.classroom_number.as_ref().map(|_| held.classroom_number);
    Ok(found.into_iter().map(|violation| (place(&violation.field), violation.description)).collect())
}

/// Where in a feature stands what a single call has in a field.
fn place(field: &str) -> &'static str {
    match field {
        "name" => "properties.name",
        "building" => "properties.building",
        "classroom_number" => "properties.classroom_number",
        "capacity" => "properties.capacity",
        "radius_meters" => "properties.radius_meters",
        "longitude" => "geometry.coordinates[0]",
        "latitude" => "geometry.coordinates[1]",
        _ => "properties",
    }
}

fn check_type(content_type: &str) -> Result<(), Problem> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if MEDIA_TYPES.contains(&essence.as_str()) {
        return Ok(());
    }
    let description =
        "must be application/geo+json or application/json: over REST, send it as the Content-Type of the body";
    Err(Problem::invalid_field("file.content_type", description))
}

fn detail(answer: &ImportLocationsResponse) -> serde_json::Value {
    json!({"created": answer.created, "updated": answer.updated, "unchanged": answer.unchanged})
}

fn told(plan: &Plan, faults: Faults) -> ImportLocationsResponse {
    ImportLocationsResponse {
        created: count(plan.created.len()),
        updated: count(plan.updated.len()),
        unchanged: count(plan.unchanged),
        fault_count: count(faults.total()),
        faults: path::told(faults),
        ..Default::default()
    }
}
