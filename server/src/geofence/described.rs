//! A location as a file describes it, of whatever form the file is, and what becomes of the college's location of that name.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{convert, fence::Circle, shape::Shape};
use crate::entity::location::Model;

/// Coordinates and radii that differ by less were only written with other digits.
const SAME: f64 = 1e-9;

/// What a file says of one location. What is none was not said.
#[derive(Debug)]
pub struct Described {
    pub name: String,
    pub outline: Outline,
    pub building: Option<String>,
    pub classroom_number: Option<String>,
    /// In people; 0 says that nobody knows.
    pub capacity: Option<i32>,
}

/// What it says of the fence.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    /// Around a point; no radius where none was said.
    Circle {
        latitude: f64,
        longitude: f64,
        radius_meters: Option<f64>,
    },
    Polygon(Box<Shape>),
}

/// Where, when and with what a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub college_id: Uuid,
    pub now: DateTime<Utc>,
    /// Of a circle whose radius is not said, and that had none before.
    pub default_radius_meters: f64,
}

/// What becomes of a location.
#[derive(Debug)]
pub enum Becomes {
    New(Model),
    Changed(Model),
    Same,
}

impl Described {
    /// What becomes of the location that has the name, if there is one. What is not said stays as it is, or is the default.
    pub fn becomes(&self, before: Option<Model>, terms: &Terms) -> Becomes {
        let Some(before) = before else { return Becomes::New(self.apply(self.blank(terms), terms)) };
        let after = self.apply(before.clone(), terms);
        if is_same(&before, &after) { Becomes::Same } else { Becomes::Changed(after) }
    }

    fn blank(&self, terms: &Terms) -> Model {
        Model {
            college_id: terms.college_id,
            id: Uuid::now_v7(),
            name: self.name.clone(),
            latitude: 0.0,
            longitude: 0.0,
            radius_meters: terms.default_radius_meters,
            polygon: None,
            building: String::new(),
            classroom_number: String::new(),
            capacity: None,
            created_at: terms.now,
            updated_at: terms.now,
        }
    }

    fn apply(&self, mut location: Model, terms: &Terms) -> Model {
        match &self.outline {
            Outline::Circle { latitude, longitude, radius_meters } => {
                // A polygon that becomes a circle has had no radius of its own.
                let radius_before =
                    if location.polygon.is_some() { terms.default_radius_meters } else { location.radius_meters };
                (location.latitude, location.longitude) = (*latitude, *longitude);
                location.radius_meters = radius_meters.unwrap_or(radius_before);
                location.polygon = None;
            }
            Outline::Polygon(shape) => {
                let Circle { latitude, longitude, radius_meters } = shape.circle;
                (location.latitude, location.longitude, location.radius_meters) = (latitude, longitude, radius_meters);
                location.polygon = Some(shape.polygon.clone());
            }
        }
        if let Some(building) = &self.building {
            location.building.clone_from(building);
        }
        if let Some(classroom_number) = &self.classroom_number {
            location.classroom_number.clone_from(classroom_number);
        }
        if let Some(capacity) = self.capacity {
            location.capacity = convert::capacity(capacity);
        }
        location.updated_at = terms.now;
        location
    }
}

fn is_same(before: &Model, after: &Model) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() <= SAME;
    before.polygon == after.polygon
        && near(before.latitude, after.latitude)
        && near(before.longitude, after.longitude)
        && near(before.radius_meters, after.radius_meters)
        && before.building == after.building
        && before.classroom_number == after.classroom_number
        && before.capacity == after.capacity
}
