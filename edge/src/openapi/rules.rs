//! The field rules of `buf.validate` as keywords of JSON Schema.
//!
//! Rules are read by the names that are public, whether the pool has all of them or only those in use.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value as Proto};
use serde_json::{Value, json};

use super::scalar::Place;

/// The rules of one field.
#[derive(Clone, Default)]
pub(super) struct Rules {
    /// Whether the field must be set: with something else than the zero value, where that means "not set".
    pub(super) required: bool,
    /// The rules of the field's type: `string`, `int32`, `repeated`, …
    of_type: Option<DynamicMessage>,
}

impl Rules {
    pub(super) fn of(field: &FieldDescriptor) -> Rules {
        let Some(extension) = field.parent_pool().get_extension_by_name("buf.validate.field") else {
            return Rules::default();
        };
        let options = field.options();
        if !options.has_extension(&extension) {
            return Rules::default();
        }
        options.get_extension(&extension).as_message().map(Rules::read).unwrap_or_default()
    }

    fn read(message: &DynamicMessage) -> Rules {
        let required = get(message, "required").and_then(|value| value.as_bool()).unwrap_or(false);
        let of_type = message.fields().find_map(|(_, value)| value.as_message().cloned());
        Rules { required, of_type }
    }

    /// The rules of the items of a list, or of the `keys` or `values` of a map.
    pub(super) fn inner(&self, name: &str) -> Rules {
        let inner = self.of_type.as_ref().and_then(|rules| get(rules, name));
        inner.as_ref().and_then(Proto::as_message).map(Rules::read).unwrap_or_default()
    }

    /// Adds the rules of a list or a map.
    pub(super) fn add_counts(&self, place: Place, schema: &mut Value) {
        for (name, keyword) in [
            ("min_items", "minItems"),
            ("max_items", "maxItems"),
            ("unique", "uniqueItems"),
            ("min_pairs", "minProperties"),
            ("max_pairs", "maxProperties"),
        ] {
            if let Some(value) = self.get(name) {
                schema[keyword] = value;
            }
        }
        if self.required && place != Place::Answer {
            let keyword = if schema["type"] == "array" { "minItems" } else { "minProperties" };
            at_least_one(schema, keyword);
        }
    }

    /// Adds the rules of one value. `presence` tells whether the zero value is a value like any other. What a rule says of a
    /// field in an answer is a promise; that a field must be given is said to those who send it.
    pub(super) fn add(&self, kind: &Kind, place: Place, presence: bool, schema: &mut Value) {
        self.add_any(schema);
        match kind {
            Kind::String => self.add_text(schema),
            Kind::Bytes => self.add_bytes(schema),
            Kind::Double | Kind::Float => self.add_bounds(schema),
            Kind::Bool | Kind::Enum(_) | Kind::Message(_) => {}
            _ => self.add_bounds(schema),
        }
        if self.required && !presence && place != Place::Answer {
            match kind {
                Kind::String | Kind::Bytes => at_least_one(schema, "minLength"),
                Kind::Bool => schema["const"] = json!(true),
                Kind::Enum(_) | Kind::Message(_) => {}
                _ => forbid(schema, json!({"const": 0})),
            }
        }
    }

    /// The words for numbers that are none, as far as the rules allow them.
    pub(super) fn unreal_numbers(&self) -> Vec<&'static str> {
        if self.get("finite").is_some_and(|finite| finite == true) {
            return Vec::new();
        }
        let upper = ["lt", "lte"].iter().any(|name| self.get(name).is_some());
        let lower = ["gt", "gte"].iter().any(|name| self.get(name).is_some());
        let words = [("NaN", upper || lower), ("Infinity", upper), ("-Infinity", lower)];
        words.into_iter().filter(|(_, is_out)| !is_out).map(|(word, _)| word).collect()
    }

    fn add_any(&self, schema: &mut Value) {
        if let Some(value) = self.get("const") {
            schema["const"] = value;
        }
        if let Some(values) = self.get("in") {
            schema["enum"] = values;
        }
        if let Some(values) = self.get("not_in") {
            forbid(schema, json!({"enum": values}));
        }
        if let Some(values) = self.get("example") {
            schema["examples"] = values;
        }
    }

    fn add_bounds(&self, schema: &mut Value) {
        for (name, keyword) in
            [("lt", "exclusiveMaximum"), ("lte", "maximum"), ("gt", "exclusiveMinimum"), ("gte", "minimum")]
        {
            let Some(bound) = self.get(name) else { continue };
            // An exclusive bound takes the place of the one that the type has.
            if let (Some(inclusive), Some(object)) = (keyword.strip_prefix("exclusive"), schema.as_object_mut()) {
                object.shift_remove(&inclusive.to_ascii_lowercase());
            }
            schema[keyword] = bound;
        }
    }

    fn add_text(&self, schema: &mut Value) {
        for (name, keywords) in [
            ("len", &["minLength", "maxLength"][..]),
            ("min_len", &["minLength"]),
            ("max_len", &["maxLength"]),
            // No text has more characters than bytes.
            ("max_bytes", &["maxLength"]),
        ] {
            let Some(length) = self.get(name) else { continue };
            for keyword in keywords {
                schema[*keyword] = length.clone();
            }
        }
        let pieces = [("prefix", "^", ""), ("suffix", "", "$"), ("contains", "", "")];
        let pieces = pieces.into_iter().filter_map(|(name, before, after)| {
            let text = self.get(name)?;
            Some(format!("{before}{}{after}", escape(text.as_str()?)))
        });
        let pattern = self.get("pattern").and_then(|pattern| pattern.as_str().map(str::to_owned));
        for pattern in pattern.into_iter().chain(pieces) {
            add_pattern(schema, &pattern);
        }
        for (name, format) in [
            ("email", "email"),
            ("hostname", "hostname"),
            ("ipv4", "ipv4"),
            ("ipv6", "ipv6"),
            ("uri", "uri"),
            ("uri_ref", "uri-reference"),
            ("uuid", "uuid"),
        ] {
            if self.get(name).is_some_and(|is_set| is_set == true) {
                schema["format"] = json!(format);
            }
        }
    }

    /// Lengths of bytes, as the lengths of their base64 with and without padding.
    fn add_bytes(&self, schema: &mut Value) {
        let number = |name: &str| self.get(name).and_then(|value| value.as_u64());
        if let Some(least) = number("len").or_else(|| number("min_len")) {
            schema["minLength"] = json!((least.saturating_mul(4)).div_ceil(3));
        }
        if let Some(most) = number("len").or_else(|| number("max_len")) {
            schema["maxLength"] = json!(most.div_ceil(3).saturating_mul(4));
        }
    }

    /// A rule that is set, as JSON.
    fn get(&self, name: &str) -> Option<Value> {
        json_of(&get(self.of_type.as_ref()?, name)?)
    }
}

fn get(message: &DynamicMessage, name: &str) -> Option<Proto> {
    let field = message.descriptor().get_field_by_name(name)?;
    message.has_field(&field).then(|| message.get_field(&field).into_owned())
}

fn json_of(value: &Proto) -> Option<Value> {
    Some(match value {
        Proto::Bool(value) => json!(value),
        Proto::I32(value) => json!(value),
        Proto::I64(value) => json!(value),
        Proto::U32(value) => json!(value),
        Proto::U64(value) => json!(value),
        // A bound of 90 is written as 90.
        Proto::F64(value) if value.fract() == 0.0 && value.abs() < 1e15 => json!(*value as i64),
        Proto::F64(value) => json!(value),
        Proto::F32(value) => json!(value),
        Proto::String(value) => json!(value),
        Proto::List(values) => Value::Array(values.iter().filter_map(json_of).collect()),
        _ => return None,
    })
}

fn at_least_one(schema: &mut Value, keyword: &str) {
    if schema[keyword].as_u64().unwrap_or(0) == 0 {
        schema[keyword] = json!(1);
    }
}

/// A schema has one `not`; further ones stand under `allOf`.
fn forbid(schema: &mut Value, what: Value) {
    match schema.get("not") {
        None => schema["not"] = what,
        Some(_) => also(schema, json!({"not": what})),
    }
}

/// A schema has one `pattern`; further ones stand under `allOf`.
pub(super) fn add_pattern(schema: &mut Value, pattern: &str) {
    match schema.get("pattern") {
        None => schema["pattern"] = json!(pattern),
        Some(_) => also(schema, json!({"pattern": pattern})),
    }
}

fn also(schema: &mut Value, what: Value) {
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(all) => all.push(what),
        None => schema["allOf"] = json!([what]),
    }
}

/// Text as a pattern that matches nothing else.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\^$.|?*+()[]{}/-".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
