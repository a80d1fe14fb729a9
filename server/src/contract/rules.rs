//! Field rules, compiled from their options into something that can be held against wire bytes.

use std::collections::HashMap;

use prost::encoding::WireType;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use regex::Regex;
use rollcall_proto::buf::validate::{
    FieldRules, Ignore, double_rules, field_rules::Type, int32_rules, int64_rules, string_rules, u_int32_rules,
};

/// The bounds in a type's rules. The generated types share a shape but no trait.
macro_rules! bounds {
    ($rules:expr, $module:ident) => {
        Bounds {
            lower: $rules.greater_than.map(|bound| match bound {
                $module::GreaterThan::Gt(value) => (value.into(), Edge::Exclusive),
                $module::GreaterThan::Gte(value) => (value.into(), Edge::Inclusive),
            }),
            upper: $rules.less_than.map(|bound| match bound {
                $module::LessThan::Lt(value) => (value.into(), Edge::Exclusive),
                $module::LessThan::Lte(value) => (value.into(), Edge::Inclusive),
            }),
        }
    };
}

/// Every message that a request can hold.
#[derive(Default)]
pub struct Rules {
    pub messages: Vec<Message>,
    places: HashMap<String, usize>,
}

/// One message.
pub struct Message {
    pub fields: Vec<Field>,
    /// The reason to give when a field of this message is at fault.
    pub reason: Option<String>,
    pub is_timestamp: bool,
    /// Whether a name is in it, or in a message that it can hold.
    pub has_names: bool,
}

/// One field.
pub struct Field {
    pub number: u32,
    pub name: String,
    pub wire: Wire,
    pub repeated: bool,
    /// Whether "not set" differs from the zero value.
    pub presence: bool,
    pub required: bool,
    /// Whether whoever reads the items holds each against the rules by itself. Here they only have to be whole.
    pub are_items_ignored: bool,
    pub is_name: bool,
    pub items: Option<(u64, u64)>,
    pub rule: Rule,
}

/// How a field travels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Double,
    Int32,
    Int64,
    Uint32,
    Bool,
    Enum,
    String,
    Bytes,
    Message(usize),
    /// A kind that no rule in use speaks of.
    Other,
}

impl Wire {
    /// How the items of a repeated field travel when they are packed together; none where they never are.
    pub const fn packs_as(self) -> Option<WireType> {
        match self {
            Self::Int32 | Self::Int64 | Self::Uint32 | Self::Bool | Self::Enum => Some(WireType::Varint),
            Self::Double => Some(WireType::SixtyFourBit),
            Self::String | Self::Bytes | Self::Message(_) | Self::Other => None,
        }
    }
}

/// What a value must satisfy.
pub enum Rule {
    None,
    Double { finite: bool, bounds: Bounds<f64> },
    Integer { bounds: Bounds<i64> },
    Text { min_chars: Option<u64>, max_chars: Option<u64>, max_bytes: Option<u64>, pattern: Option<Regex>, form: Form },
    Bytes { min: Option<u64>, max: Option<u64> },
    Defined { numbers: Vec<i32>, names: String },
}

/// A named form of text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Any,
    Email,
    Uuid,
}

/// The ends of a range. An exclusive end is marked.
pub struct Bounds<T> {
    pub lower: Option<(T, Edge)>,
    pub upper: Option<(T, Edge)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Inclusive,
    Exclusive,
}

impl Rules {
    /// Compiles a message and all that it can hold, and tells its place.
    pub fn compile(&mut self, descriptor: &MessageDescriptor, faults: &mut Vec<String>) -> usize {
        if let Some(place) = self.places.get(descriptor.full_name()) {
            return *place;
        }
        let place = self.messages.len();
        self.places.insert(descriptor.full_name().to_owned(), place);
        self.messages.push(Message {
            fields: Vec::new(),
            reason: read_reason(descriptor),
            is_timestamp: descriptor.full_name() == "google.protobuf.Timestamp",
            has_names: false,
        });
        let fields = descriptor.fields().map(|field| self.field(&field, faults)).collect();
        self.messages[place].fields = fields;
        place
    }

    /// Marks the messages with names, once all are compiled: they can hold each other.
    pub fn mark_names(&mut self) {
        loop {
            let names = |message: &Message| {
                message.fields.iter().any(|field| match field.wire {
                    Wire::Message(inner) => self.messages[inner].has_names,
                    _ => field.is_name,
                })
            };
            let marks: Vec<_> = self.messages.iter().map(names).collect();
            let is_done = self.messages.iter().zip(&marks).all(|(message, mark)| message.has_names == *mark);
            self.messages.iter_mut().zip(marks).for_each(|(message, mark)| message.has_names = mark);
            if is_done {
                return;
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor, faults: &mut Vec<String>) -> Field {
        let rules = read_rules(field).unwrap_or_default();
        let wire = match field.kind() {
            Kind::Double => Wire::Double,
            Kind::Int32 => Wire::Int32,
            Kind::Int64 => Wire::Int64,
            Kind::Uint32 => Wire::Uint32,
            Kind::Bool => Wire::Bool,
            Kind::Enum(_) => Wire::Enum,
            Kind::String => Wire::String,
            Kind::Bytes => Wire::Bytes,
            Kind::Message(message) => Wire::Message(self.compile(&message, faults)),
            _ => Wire::Other,
        };
        let (item_rules, items) = match &rules.r#type {
            Some(Type::Repeated(list)) => (
                list.items.as_deref().cloned().unwrap_or_default(),
                Some((list.min_items.unwrap_or(0), list.max_items.unwrap_or(u64::MAX))),
            ),
            _ => (rules.clone(), None),
        };
        let rule = compile_rule(field, item_rules.r#type.as_ref()).unwrap_or_else(|fault| {
            faults.push(format!("{}: {fault}", field.full_name()));
            Rule::None
        });
        Field {
            number: field.number(),
            name: field.name().to_owned(),
            wire,
            repeated: field.is_list(),
            presence: field.supports_presence(),
            required: rules.required.unwrap_or(false),
            is_name: is_name(field),
            are_items_ignored: are_items_ignored(&rules),
            items,
            rule,
        }
    }
}

fn are_items_ignored(rules: &FieldRules) -> bool {
    let Some(Type::Repeated(list)) = &rules.r#type else { return false };
    list.items.as_ref().is_some_and(|items| items.ignore() == Ignore::Always)
}

fn compile_rule(field: &FieldDescriptor, rule: Option<&Type>) -> Result<Rule, String> {
    let rule = match rule {
        None | Some(Type::Repeated(_)) => return Ok(Rule::None),
        Some(rule) => rule,
    };
    let kind = field.kind();
    Ok(match (rule, kind) {
        (Type::Double(rules), Kind::Double) => {
            Rule::Double { finite: rules.finite.unwrap_or(false), bounds: bounds!(rules, double_rules) }
        }
        (Type::Int32(rules), Kind::Int32) => Rule::Integer { bounds: bounds!(rules, int32_rules) },
        (Type::Int64(rules), Kind::Int64) => Rule::Integer { bounds: bounds!(rules, int64_rules) },
        (Type::Uint32(rules), Kind::Uint32) => Rule::Integer { bounds: bounds!(rules, u_int32_rules) },
        (Type::String(rules), Kind::String) => Rule::Text {
            min_chars: rules.min_len,
            max_chars: rules.max_len,
            max_bytes: rules.max_bytes,
            pattern: rules.pattern.as_deref().map(Regex::new).transpose().map_err(|error| error.to_string())?,
            form: match rules.well_known {
                Some(string_rules::WellKnown::Email(true)) => Form::Email,
                Some(string_rules::WellKnown::Uuid(true)) => Form::Uuid,
                _ => Form::Any,
            },
        },
        (Type::Bytes(rules), Kind::Bytes) => Rule::Bytes { min: rules.min_len, max: rules.max_len },
        (Type::Enum(rules), Kind::Enum(descriptor)) => {
            if rules.defined_only.unwrap_or(false) {
                let names: Vec<_> = descriptor.values().skip(1).map(|value| value.name().to_owned()).collect();
                Rule::Defined {
                    numbers: descriptor.values().map(|value| value.number()).collect(),
                    names: names.join(", "),
                }
            } else {
                Rule::None
            }
        }
        (_, kind) => return Err(format!("its rules are for another type than {kind:?}")),
    })
}

fn read_rules(field: &FieldDescriptor) -> Option<FieldRules> {
    let extension = field.parent_pool().get_extension_by_name("buf.validate.field")?;
    let options = field.options();
    if !options.has_extension(&extension) {
        return None;
    }
    options.get_extension(&extension).as_message()?.transcode_to().ok()
}

fn is_name(field: &FieldDescriptor) -> bool {
    let extension = field.parent_pool().get_extension_by_name("rollcall.v1.is_name");
    extension.is_some_and(|extension| field.options().get_extension(&extension).as_bool() == Some(true))
}

fn read_reason(message: &MessageDescriptor) -> Option<String> {
    let extension = message.parent_pool().get_extension_by_name("rollcall.v1.violation_reason")?;
    let options = message.options();
    if !options.has_extension(&extension) {
        return None;
    }
    options.get_extension(&extension).as_str().map(str::to_owned)
}
