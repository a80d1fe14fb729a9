//! ImportLocations: read the file → hold it against what is there → lock the college, look again, write what differs in few
//! statements → drop the copies. All of it or nothing.

use std::time::Duration;

use prost::Message as _;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{CreateLocationRequest, ImportLocationsRequest, ImportLocationsResponse},
};
use serde_json::json;

use super::{
    geojson::{self, Feature, File},
    geometry::Outline,
    import_fault::Faults,
    import_plan::{Import, Plan},
    many,
    service::Service,
};
use crate::{
    audit, contract::Contract, organisation, origin::Origin, principal::Principal, problem::Problem, store::detach,
};

/// How long the transaction may take, well within the deadline of the call.
const WRITE_DEADLINE: Duration = Duration::from_secs(45);
const MEDIA_TYPES: [&str; 2] = ["application/geo+json", "application/json"];
/// The RPC that makes one location: its field rules hold for those of a file too.
const SINGLE: &str = "/rollcall.v1.GeofenceService/CreateLocation";

impl Service {
    pub(super) async fn import(
        &self,
        principal: &Principal,
        request: ImportLocationsRequest,
        origin: Origin,
    ) -> Result<ImportLocationsResponse, Problem> {
        let (dry_run, body) = (request.dry_run, request.file.unwrap_or_default());
        check_type(&body.content_type)?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let import = Import { college_id, now, default_radius_meters: self.default_radius_meters };
        let mut file = self.read(body).await?;
        let unread_properties: Vec<_> = std::mem::take(&mut file.unread).into_iter().collect();
        let faults = std::mem::take(&mut file.faults);
        if dry_run {
            let known = many::find_by_name(self.store.database.reader(), college_id, &names(&file.features)).await?;
            let told = told(&Plan::of(&file.features, known, &import), faults);
            return Ok(ImportLocationsResponse { dry_run, unread_properties, ..told });
        }
        if faults.total() > 0 {
            return Err(faults.refuse());
        }
        let row = audit::Row::by(principal, &origin, "locations.imported", now);
        let told = self.write(import, file.features, row).await?;
        Ok(ImportLocationsResponse { unread_properties, ..told })
    }

    /// Reads a file off the async threads: a long one takes a moment.
    async fn read(&self, body: HttpBody) -> Result<File, Problem> {
        let contract = self.contract.clone();
        let task = tokio::task::spawn_blocking(move || {
            geojson::read(&body.data, &|feature| hold_against_rules(&contract, feature))
        });
        task.await.map_err(Problem::internal)
    }

    async fn write(
        &self,
        import: Import,
        features: Vec<Feature>,
        row: audit::Row,
    ) -> Result<ImportLocationsResponse, Problem> {
        let store = self.store.clone();
        detach(async move {
            let work = store.database.write_within(WRITE_DEADLINE, move |tx| {
                Box::pin(async move {
                    // One import at a time in a college: two of the same file would both find nothing of it there.
                    organisation::lock_college(tx, import.college_id).await?;
                    let known = many::lock_by_name(tx, import.college_id, &names(&features)).await?;
                    let plan = Plan::of(&features, known, &import);
                    let answer = told(&plan, Faults::default());
                    let changed: Vec<_> = plan.updated.iter().map(|location| location.id).collect();
                    many::put(tx, plan.created.into_iter().chain(plan.updated).collect()).await?;
                    audit::insert(tx, row.detail(detail(&answer))).await?;
                    Ok((answer, changed))
                })
            });
            let (answer, changed) = work.await?;
            many::outdate(&store, import.college_id, &changed).await;
            Ok(answer)
        })
        .await
    }
}

fn names(features: &[Feature]) -> Vec<&str> {
    features.iter().map(|feature| feature.name.as_str()).collect()
}

/// Brings the name into its form and tells what breaks the rules of a single call, each with where it is in a feature.
fn hold_against_rules(contract: &Contract, feature: &mut Feature) -> Vec<(&'static str, String)> {
    let Some(method) = contract.method(SINGLE) else { return Vec::new() };
    let mut request = CreateLocationRequest {
        name: feature.name.clone(),
        building: feature.building.clone().unwrap_or_default(),
        classroom_number: feature.classroom_number.clone().unwrap_or_default(),
        ..Default::default()
    };
    if let Outline::Circle { latitude, longitude, radius_meters } = feature.outline {
        (request.latitude, request.longitude, request.radius_meters) = (Some(latitude), Some(longitude), radius_meters);
    }
    let mut wire = request.encode_to_vec();
    if let Some(normal) = contract.normalise(method, &wire) {
        wire = normal;
        if let Ok(normal) = CreateLocationRequest::decode(wire.as_slice()) {
            feature.name = normal.name;
            feature.building = feature.building.as_ref().map(|_| normal.building);
            feature.classroom_number = feature.classroom_number.as_ref().map(|_| normal.classroom_number);
        }
    }
    let found = contract.check(method, &wire).unwrap_or_default().into_iter();
    found.map(|(violation, _)| (place(&violation.field), violation.description)).collect()
}

/// Where in a feature stands what a single call has in a field.
fn place(field: &str) -> &'static str {
    match field {
        "name" => "properties.name",
        "building" => "properties.building",
        "classroom_number" => "properties.classroom_number",
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
    let count = |number| i32::try_from(number).unwrap_or(i32::MAX);
    ImportLocationsResponse {
        created: count(plan.created.len()),
        updated: count(plan.updated.len()),
        unchanged: count(plan.unchanged),
        fault_count: count(faults.total()),
        faults: faults.list(),
        ..Default::default()
    }
}
