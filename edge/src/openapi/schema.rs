//! Messages and enums as schemas.

use std::collections::{HashMap, HashSet};

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::rules::Rules;
use super::scalar::{Place, scalar, well_known};
use super::{Source, problem};
use crate::binding::Binding;

/// The schemas that the document names, made as they are asked for.
pub(super) struct Schemas<'d> {
    source: &'d Source<'d>,
    /// The short name of each message and enum that has one to itself.
    names: HashMap<String, String>,
    /// The messages that stand in answers.
    answered: HashSet<String>,
    done: HashMap<String, Value>,
}

/// What `google.api.field_behavior` says of a field.
struct Behaviors(Vec<i32>);

impl Behaviors {
    const REQUIRED: i32 = 2;
    const OUTPUT_ONLY: i32 = 3;
    const INPUT_ONLY: i32 = 4;
    const IMMUTABLE: i32 = 5;

    fn of(field: &FieldDescriptor) -> Behaviors {
        let extension = field.parent_pool().get_extension_by_name("google.api.field_behavior");
        let numbers = extension.map(|extension| {
            let options = field.options();
            let value = options.get_extension(&extension);
            value.as_list().unwrap_or_default().iter().filter_map(prost_reflect::Value::as_enum_number).collect()
        });
        Behaviors(numbers.unwrap_or_default())
    }

    fn has(&self, behavior: i32) -> bool {
        self.0.contains(&behavior)
    }
}

/// Whether a request without the field is refused.
pub(super) fn is_required(field: &FieldDescriptor) -> bool {
    Behaviors::of(field).has(Behaviors::REQUIRED) || Rules::of(field).required
}

impl<'d> Schemas<'d> {
    pub(super) fn new(source: &'d Source<'d>, bindings: &[Binding]) -> Schemas<'d> {
        let mut answered = HashSet::new();
        for method in bindings.iter().filter_map(|binding| source.method(binding)) {
            reach(&method.output(), &mut answered);
        }
        Schemas { source, names: names(source), answered, done: HashMap::new() }
    }

    /// All schemas that were asked for, by name.
    pub(super) fn finish(self) -> Value {
        let mut schemas: Vec<(String, Value)> = self.done.into_iter().collect();
        schemas.push((problem::SCHEMA.to_owned(), problem::schema()));
        schemas.sort_by(|(one, _), (other, _)| one.cmp(other));
        Value::Object(schemas.into_iter().collect())
    }

    /// A message wherever one stands: by reference, unless it has a form of its own.
    pub(super) fn message(&mut self, message: &MessageDescriptor, place: Place, rules: &Rules) -> Value {
        if let Some(schema) = well_known(message, place, rules) {
            return schema;
        }
        let mut name = self.names[message.full_name()].clone();
        if place != Place::Answer && self.answered.contains(message.full_name()) {
            name.push_str("Input");
        }
        if !self.done.contains_key(&name) {
            // A message may hold itself, so its name is taken before its fields are looked at.
            self.done.insert(name.clone(), Value::Null);
            let schema = self.object(message, place, &[]);
            self.done.insert(name.clone(), schema);
        }
        reference(&name)
    }

    /// The fields of a message, without some that stand elsewhere; each of those by its path.
    pub(super) fn object(&mut self, message: &MessageDescriptor, place: Place, elsewhere: &[Vec<&str>]) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in message.fields() {
            let below = |path: &Vec<&'_ str>| path.first() == Some(&field.name());
            if elsewhere.iter().any(|path| below(path) && path.len() == 1) {
                continue;
            }
            let inner: Vec<Vec<&str>> =
                elsewhere.iter().filter(|path| below(path)).map(|path| path[1..].to_vec()).collect();
            let schema = match field.kind() {
                Kind::Message(inside) if !inner.is_empty() => {
                    let object = self.object(&inside, place, &inner);
                    self.describe(&field, object)
                }
                _ => self.field(&field, place),
            };
            let is_required = match place {
                // What has no presence is always written, with its default if need be.
                Place::Answer => !field.supports_presence(),
                _ => is_required(&field),
            };
            if is_required {
                required.push(field.name().to_owned());
            }
            properties.insert(field.name().to_owned(), schema);
        }
        let mut schema = json!({"type": "object"});
        let comment = self.source.comments.of(&message.parent_file(), message.path());
        if !comment.is_empty() {
            schema["description"] = json!(comment);
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema["properties"] = Value::Object(properties);
        if place != Place::Answer {
            // An unknown member is a mistake that must not pass unseen.
            schema["additionalProperties"] = json!(false);
            one_at_most(message, &mut schema);
        }
        schema
    }

    /// A field with its comment, its rules and what it is for.
    pub(super) fn field(&mut self, field: &FieldDescriptor, place: Place) -> Value {
        let rules = Rules::of(field);
        let schema = match field.kind() {
            Kind::Message(entry) if field.is_map() => self.map(&entry, place, &rules),
            kind if field.is_list() => {
                let items = self.value(&kind, place, &rules.inner("items"), true);
                let mut schema = json!({"type": "array", "items": items});
                rules.add_counts(place, &mut schema);
                schema
            }
            kind => self.value(&kind, place, &rules, field.supports_presence()),
        };
        let mut schema = self.describe(field, schema);
        let behaviors = Behaviors::of(field);
        for (behavior, keyword) in [(Behaviors::OUTPUT_ONLY, "readOnly"), (Behaviors::INPUT_ONLY, "writeOnly")] {
            if behaviors.has(behavior) {
                schema[keyword] = json!(true);
            }
        }
        if field.options().get_field_by_name("deprecated").is_some_and(|value| value.as_bool() == Some(true)) {
            schema["deprecated"] = json!(true);
        }
        schema
    }

    fn describe(&self, field: &FieldDescriptor, mut schema: Value) -> Value {
        let mut text = self.source.comments.of(&field.parent_file(), field.path()).to_owned();
        if Behaviors::of(field).has(Behaviors::IMMUTABLE) {
            text.push_str("\n\nCannot be changed once it is set.");
        }
        // What is written out in place says something of itself: the values of an enum, for one.
        if let Some(own) = schema["description"].as_str() {
            text = format!("{text}\n\n{own}");
        }
        if !text.is_empty() {
            schema["description"] = json!(text.trim());
        }
        schema
    }

    fn value(&mut self, kind: &Kind, place: Place, rules: &Rules, presence: bool) -> Value {
        match kind {
            Kind::Message(message) => self.message(message, place, rules),
            Kind::Enum(descriptor) if rules.required && !presence && place != Place::Answer => self.chosen(descriptor),
            Kind::Enum(descriptor) => self.enumeration(descriptor),
            kind => scalar(kind, place, rules, presence).unwrap_or_default(),
        }
    }

    fn map(&mut self, entry: &MessageDescriptor, place: Place, rules: &Rules) -> Value {
        let value = self.value(&entry.map_entry_value_field().kind(), place, &rules.inner("values"), true);
        let mut schema = json!({"type": "object", "additionalProperties": value});
        // The keys of an object are text whatever they stand for.
        let keys = match entry.map_entry_key_field().kind() {
            Kind::Bool => Some(json!({"enum": ["true", "false"]})),
            Kind::String => scalar(&Kind::String, place, &rules.inner("keys"), true)
                .filter(|schema| schema.as_object().is_some_and(|keywords| keywords.len() > 1)),
            _ => Some(json!({"pattern": "^-?(0|[1-9][0-9]*)$"})),
        };
        if let Some(keys) = keys {
            schema["propertyNames"] = keys;
        }
        rules.add_counts(place, &mut schema);
        schema
    }

    fn enumeration(&mut self, descriptor: &EnumDescriptor) -> Value {
        if descriptor.full_name() == "google.protobuf.NullValue" {
            return json!({"type": "null"});
        }
        let name = self.names[descriptor.full_name()].clone();
        if !self.done.contains_key(&name) {
            let schema = self.choice(descriptor, |_| true);
            self.done.insert(name.clone(), schema);
        }
        reference(&name)
    }

    /// An enum that has to be given: its zero stands for "not given".
    fn chosen(&self, descriptor: &EnumDescriptor) -> Value {
        let zero = descriptor.default_value().number();
        self.choice(descriptor, |number| number != zero)
    }

    fn choice(&self, descriptor: &EnumDescriptor, wanted: impl Fn(i32) -> bool) -> Value {
        let file = descriptor.parent_file();
        let mut description = self.source.comments.of(&file, descriptor.path()).to_owned();
        let values: Vec<_> = descriptor.values().filter(|value| wanted(value.number())).collect();
        if !description.is_empty() {
            description.push('\n');
        }
        for value in &values {
            let comment = self.source.comments.of(&file, value.path());
            let comment = comment.split_whitespace().collect::<Vec<_>>().join(" ");
            description.push_str(&format!("\n- `{}`: {comment}", value.name()));
        }
        let names: Vec<&str> = values.iter().map(prost_reflect::EnumValueDescriptor::name).collect();
        let mut schema = json!({"type": "string", "description": description.trim(), "enum": names});
        // The zero, which comes first, mostly says that nothing was said.
        if let Some(telling) = values.iter().find(|value| value.number() != 0) {
            schema["examples"] = json!([telling.name()]);
        }
        schema
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Members of a oneof exclude each other.
fn one_at_most(message: &MessageDescriptor, schema: &mut Value) {
    let mut rules = Vec::new();
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let members: Vec<Value> = oneof.fields().map(|field| json!({"required": [field.name()]})).collect();
        let mut choices = vec![json!({"not": {"anyOf": members}})];
        choices.extend(members);
        rules.push(json!({"oneOf": choices}));
    }
    if !rules.is_empty() {
        schema["allOf"] = json!(rules);
    }
}

/// The names of messages and enums without their package, where no other has the same.
fn names(source: &Source<'_>) -> HashMap<String, String> {
    let messages =
        source.pool.all_messages().map(|message| (message.full_name().to_owned(), message.package_name().to_owned()));
    let enums = source.pool.all_enums().map(|one| (one.full_name().to_owned(), one.package_name().to_owned()));
    let short: Vec<(String, String)> = messages
        .chain(enums)
        .map(|(full, package)| {
            let short = full.strip_prefix(&package).unwrap_or(&full).trim_start_matches('.').to_owned();
            (full, short)
        })
        .collect();
    let mut uses: HashMap<String, usize> = HashMap::from([(problem::SCHEMA.to_owned(), 1)]);
    for (_, short) in &short {
        *uses.entry(short.clone()).or_default() += 1;
    }
    short
        .into_iter()
        .map(|(full, short)| if uses[&short] == 1 { (full, short) } else { (full.clone(), full) })
        .collect()
}

fn reach(message: &MessageDescriptor, found: &mut HashSet<String>) {
    if !found.insert(message.full_name().to_owned()) {
        return;
    }
    for field in message.fields() {
        if let Kind::Message(inner) = field.kind() {
            reach(&inner, found);
        }
    }
}
