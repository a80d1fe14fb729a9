//! What stands in the path and the query of a request.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Value, json};

use super::Source;
use super::path::Path;
use super::scalar::Place;
use super::schema::{Schemas, is_required};
use crate::binding::{Binding, Body};
use crate::params::{self, Target};

/// The names on the way to a field.
pub(super) fn names<'s>(source: &Source<'s>, target: &Target) -> Vec<&'s str> {
    target.iter().map(|(message, place)| &*source.plan.messages[*message].fields[*place].name).collect()
}

pub(super) fn of_path(
    source: &Source<'_>,
    schemas: &mut Schemas<'_>,
    input: &MessageDescriptor,
    path: &Path<'_>,
) -> Vec<Value> {
    let parameters = path.parameters.iter().map(|parameter| {
        let field = parameter.target.and_then(|target| resolve(input, &names(source, target)));
        let mut schema = match field {
            Some(field) => schemas.field(&field, Place::Url),
            None => json!({"type": "string"}),
        };
        let description = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
        // A path with an empty segment is another path.
        if schema["type"] == "string" && schema["minLength"].as_u64().unwrap_or(0) == 0 && !parameter.multi_segment {
            schema["minLength"] = json!(1);
        }
        let mut json = json!({"name": parameter.name, "in": "path", "required": true});
        if let Some(description) = description {
            json["description"] = description;
        }
        json["schema"] = schema;
        if parameter.multi_segment {
            json["x-multi-segment"] = json!(true);
        }
        json
    });
    parameters.collect()
}

fn resolve(message: &MessageDescriptor, names: &[&str]) -> Option<FieldDescriptor> {
    let (first, rest) = names.split_first()?;
    let field = message.get_field_by_name(first)?;
    match (rest.is_empty(), field.kind()) {
        (true, _) => Some(field),
        (false, Kind::Message(inner)) => resolve(&inner, rest),
        _ => None,
    }
}

pub(super) fn of_query(
    source: &Source<'_>,
    schemas: &mut Schemas<'_>,
    input: &MessageDescriptor,
    binding: &Binding,
) -> Vec<Value> {
    let mut elsewhere: Vec<Vec<&str>> =
        binding.variables.iter().map(|variable| names(source, &variable.target)).collect();
    match binding.body {
        Body::Whole | Body::RawWhole => return Vec::new(),
        Body::Field(place) | Body::RawField(place) => elsewhere.push(names(source, &vec![(binding.input, place)])),
        Body::None => {}
    }
    let mut query = Query { source, schemas, elsewhere, parameters: Vec::new() };
    query.fields(input, &mut Vec::new(), &mut vec![input.full_name().to_owned()], true);
    query.parameters
}

struct Query<'q, 'd> {
    source: &'q Source<'q>,
    schemas: &'q mut Schemas<'d>,
    elsewhere: Vec<Vec<&'q str>>,
    parameters: Vec<Value>,
}

impl Query<'_, '_> {
    /// `inside` holds the messages on the way, so that one that holds itself comes to an end.
    fn fields(
        &mut self,
        message: &MessageDescriptor,
        path: &mut Vec<String>,
        inside: &mut Vec<String>,
        required: bool,
    ) {
        for field in message.fields() {
            path.push(field.name().to_owned());
            if !self.elsewhere.iter().any(|names| names == path) {
                self.field(&field, path, inside, required && is_required(&field));
            }
            path.pop();
        }
    }

    fn field(&mut self, field: &FieldDescriptor, path: &mut Vec<String>, inside: &mut Vec<String>, required: bool) {
        if let (Kind::Message(inner), false, false) = (field.kind(), field.is_list(), field.is_map())
            && !self.is_text(field)
        {
            let name = inner.full_name().to_owned();
            if !name.starts_with("google.protobuf.") && !inside.contains(&name) {
                inside.push(name);
                self.fields(&inner, path, inside, required);
                inside.pop();
            }
            return;
        }
        if !field.is_map() && !self.is_text(field) {
            // A list of messages has no form in a query.
            return;
        }
        let mut schema = self.schemas.field(field, Place::Url);
        let description = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
        let mut json = json!({"name": path.join("."), "in": "query"});
        if let Some(description) = description {
            json["description"] = description;
        }
        if required {
            json["required"] = json!(true);
        }
        if field.is_map() {
            // `labels[color]=red`
            json["style"] = json!("deepObject");
            json["explode"] = json!(true);
        }
        json["schema"] = schema;
        self.parameters.push(json);
    }

    fn is_text(&self, field: &FieldDescriptor) -> bool {
        let plan = self.source.plan;
        let place = plan.message_id(field.parent_message().full_name()).and_then(|message| {
            let message = &plan.messages[message];
            message.place_of_number(field.number()).map(|place| &message.fields[place])
        });
        place.is_some_and(|field| params::is_text(plan, field))
    }
}
