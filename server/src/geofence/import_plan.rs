//! What becomes of the locations of a file.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{geojson::Feature, geometry::Outline};
use crate::entity::location::Model;

/// Coordinates and radii that differ by less were only written with other digits.
const SAME: f64 = 1e-9;

/// Where and when a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    pub college_id: Uuid,
    pub now: DateTime<Utc>,
    pub default_radius_meters: f64,
}

#[derive(Debug, Default)]
pub struct Plan {
    pub created: Vec<Model>,
    pub updated: Vec<Model>,
    pub unchanged: usize,
}

impl Plan {
    /// A feature changes the location that has its name. What it does not say stays as it is, or is the default.
    pub fn of(features: &[Feature], mut known: HashMap<String, Model>, import: &Import) -> Self {
        let mut plan = Self::default();
        for feature in features {
            let Some(before) = known.remove(&feature.name) else {
                plan.created.push(apply(feature, new(feature, import), import));
                continue;
            };
            let after = apply(feature, before.clone(), import);
            if is_same(&before, &after) {
                plan.unchanged += 1;
            } else {
                plan.updated.push(after);
            }
        }
        plan
    }
}

fn new(feature: &Feature, import: &Import) -> Model {
    Model {
        college_id: import.college_id,
        id: Uuid::now_v7(),
        name: feature.name.clone(),
        latitude: 0.0,
        longitude: 0.0,
        radius_meters: import.default_radius_meters,
        polygon: None,
        building: String::new(),
        classroom_number: String::new(),
        created_at: import.now,
        updated_at: import.now,
    }
}

fn apply(feature: &Feature, mut location: Model, import: &Import) -> Model {
    match &feature.outline {
        Outline::Circle { latitude, longitude, radius_meters } => {
            // A polygon that becomes a circle has had no radius of its own.
            let radius_before =
                if location.polygon.is_some() { import.default_radius_meters } else { location.radius_meters };
            (location.latitude, location.longitude) = (*latitude, *longitude);
            location.radius_meters = radius_meters.unwrap_or(radius_before);
            location.polygon = None;
        }
        Outline::Polygon(shape) => {
            (location.latitude, location.longitude) = (shape.circle.latitude, shape.circle.longitude);
            location.radius_meters = shape.circle.radius_meters;
            location.polygon = Some(shape.polygon.clone());
        }
    }
    if let Some(building) = &feature.building {
        location.building.clone_from(building);
    }
    if let Some(classroom_number) = &feature.classroom_number {
        location.classroom_number.clone_from(classroom_number);
    }
    location.updated_at = import.now;
    location
}

fn is_same(before: &Model, after: &Model) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() <= SAME;
    before.polygon == after.polygon
        && near(before.latitude, after.latitude)
        && near(before.longitude, after.longitude)
        && near(before.radius_meters, after.radius_meters)
        && before.building == after.building
        && before.classroom_number == after.classroom_number
}
