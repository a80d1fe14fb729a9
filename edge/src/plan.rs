//! Descriptors compiled once, at start, into tables that the hot path walks without looking anything up by name.

use std::collections::HashMap;

use prost_reflect::{Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, MessageDescriptor};

use crate::wire;

/// The place of a message in the plan.
pub(crate) type MessageId = usize;
/// The place of an enum in the plan.
pub(crate) type EnumId = usize;

/// Every message and enum of a descriptor pool. All of them, because `Any` may hold any of them.
pub(crate) struct Plan {
    pub(crate) messages: Vec<MessagePlan>,
    pub(crate) enums: Vec<EnumPlan>,
    message_ids: HashMap<String, MessageId>,
}

/// One message type.
pub(crate) struct MessagePlan {
    pub(crate) name: Box<str>,
    pub(crate) known: Known,
    /// In the order of their numbers, which is the order in which encoders write them.
    pub(crate) fields: Vec<FieldPlan>,
    pub(crate) oneof_names: Vec<Box<str>>,
    by_name: HashMap<Box<str>, u16>,
    /// Indexed by number for the small numbers that nearly every message has; larger ones are searched.
    dense: Vec<u16>,
}

/// One field of a message.
pub(crate) struct FieldPlan {
    pub(crate) number: u32,
    pub(crate) name: Box<str>,
    pub(crate) json_name: Box<str>,
    /// The name as it stands in an object: `"name":`.
    pub(crate) key: Box<str>,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    /// Whether the message is written between group tags instead of behind a length.
    pub(crate) group: bool,
}

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// At most once. Without explicit presence the zero value and absence are the same.
    Single {
        explicit: bool,
        oneof: Option<u16>,
    },
    List {
        packed: bool,
    },
    /// The kind of the field is that of the values.
    Map {
        key: Kind,
    },
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(EnumId),
    Message(MessageId),
}

/// Messages that have a JSON form of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Not one of them: an object with its fields.
    No,
    Timestamp,
    Duration,
    FieldMask,
    /// A wrapper: its one field stands for it.
    Wrapper,
    Struct,
    Value,
    ListValue,
    Any,
    /// An object without fields, and yet special inside `Any`.
    Empty,
}

/// One enum type.
pub(crate) struct EnumPlan {
    /// `google.protobuf.NullValue`, whose JSON form is `null`.
    pub(crate) is_null: bool,
    by_name: HashMap<Box<str>, i32>,
    /// Sorted by number, the first name that was declared for each.
    names: Vec<(i32, Box<str>)>,
    pub(crate) default: i32,
}

const NO_FIELD: u16 = u16::MAX;
const DENSE_NUMBERS: u32 = 512;

impl Plan {
    pub(crate) fn new(pool: &DescriptorPool) -> Plan {
        let enum_ids: HashMap<String, EnumId> =
            pool.all_enums().enumerate().map(|(id, descriptor)| (descriptor.full_name().to_owned(), id)).collect();
        let message_ids: HashMap<String, MessageId> =
            pool.all_messages().enumerate().map(|(id, descriptor)| (descriptor.full_name().to_owned(), id)).collect();
        let ids = Ids { messages: &message_ids, enums: &enum_ids };
        Plan {
            messages: pool.all_messages().map(|descriptor| MessagePlan::new(&descriptor, &ids)).collect(),
            enums: pool.all_enums().map(|descriptor| EnumPlan::new(&descriptor)).collect(),
            message_ids,
        }
    }

    pub(crate) fn message_id(&self, full_name: &str) -> Option<MessageId> {
        self.message_ids.get(full_name).copied()
    }

    /// Whether JSON `null` is a value of this kind and not the absence of one.
    pub(crate) fn null_is_value(&self, kind: Kind) -> bool {
        match kind {
            Kind::Enum(id) => self.enums[id].is_null,
            Kind::Message(id) => self.messages[id].known == Known::Value,
            _ => false,
        }
    }
}

struct Ids<'a> {
    messages: &'a HashMap<String, MessageId>,
    enums: &'a HashMap<String, EnumId>,
}

impl Ids<'_> {
    fn kind(&self, kind: prost_reflect::Kind) -> Kind {
        match kind {
            prost_reflect::Kind::Double => Kind::Double,
            prost_reflect::Kind::Float => Kind::Float,
            prost_reflect::Kind::Int32 => Kind::Int32,
            prost_reflect::Kind::Int64 => Kind::Int64,
            prost_reflect::Kind::Uint32 => Kind::Uint32,
            prost_reflect::Kind::Uint64 => Kind::Uint64,
            prost_reflect::Kind::Sint32 => Kind::Sint32,
            prost_reflect::Kind::Sint64 => Kind::Sint64,
            prost_reflect::Kind::Fixed32 => Kind::Fixed32,
            prost_reflect::Kind::Fixed64 => Kind::Fixed64,
            prost_reflect::Kind::Sfixed32 => Kind::Sfixed32,
            prost_reflect::Kind::Sfixed64 => Kind::Sfixed64,
            prost_reflect::Kind::Bool => Kind::Bool,
            prost_reflect::Kind::String => Kind::String,
            prost_reflect::Kind::Bytes => Kind::Bytes,
            prost_reflect::Kind::Message(message) => Kind::Message(self.messages[message.full_name()]),
            prost_reflect::Kind::Enum(descriptor) => Kind::Enum(self.enums[descriptor.full_name()]),
        }
    }
}

impl MessagePlan {
    fn new(descriptor: &MessageDescriptor, ids: &Ids<'_>) -> MessagePlan {
        let mut descriptors: Vec<FieldDescriptor> = descriptor.fields().collect();
        descriptors.sort_by_key(FieldDescriptor::number);
        // A proto3 `optional` is a oneof of one in the descriptor and none for people.
        let oneofs: Vec<_> = descriptor.oneofs().filter(|oneof| !oneof.is_synthetic()).collect();
        let fields: Vec<FieldPlan> = descriptors
            .iter()
            .map(|field| {
                let oneof = field
                    .containing_oneof()
                    .and_then(|own| oneofs.iter().position(|oneof| *oneof == own))
                    .and_then(|place| u16::try_from(place).ok());
                FieldPlan::new(field, oneof, ids)
            })
            .collect();
        let mut by_name = HashMap::with_capacity(fields.len() * 2);
        let highest = fields.iter().map(|field| field.number).filter(|number| *number < DENSE_NUMBERS).max();
        let mut dense = vec![NO_FIELD; highest.map_or(0, |number| number as usize + 1)];
        for (place, field) in fields.iter().enumerate() {
            let place = u16::try_from(place).expect("protobuf compilers refuse messages with 65,535 fields");
            by_name.insert(field.json_name.clone(), place);
            if let Some(slot) = dense.get_mut(field.number as usize) {
                *slot = place;
            }
        }
        // Where a proto name equals another field's JSON name, the proto name wins: it is the one that is written.
        for (place, field) in fields.iter().enumerate() {
            by_name.insert(field.name.clone(), place as u16);
        }
        MessagePlan {
            name: descriptor.full_name().into(),
            known: Known::of(descriptor.full_name()),
            fields,
            oneof_names: oneofs.iter().map(|oneof| oneof.name().into()).collect(),
            by_name,
            dense,
        }
    }

    pub(crate) fn place_of_name(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).map(|place| *place as usize)
    }

    pub(crate) fn place_of_number(&self, number: u32) -> Option<usize> {
        if let Some(place) = self.dense.get(number as usize) {
            return (*place != NO_FIELD).then_some(*place as usize);
        }
        self.fields.binary_search_by_key(&number, |field| field.number).ok()
    }
}

impl FieldPlan {
    fn new(field: &FieldDescriptor, oneof: Option<u16>, ids: &Ids<'_>) -> FieldPlan {
        let (kind, shape) = match field.kind() {
            prost_reflect::Kind::Message(entry) if field.is_map() => {
                let key = ids.kind(entry.map_entry_key_field().kind());
                (ids.kind(entry.map_entry_value_field().kind()), Shape::Map { key })
            }
            kind if field.cardinality() == Cardinality::Repeated => {
                (ids.kind(kind), Shape::List { packed: field.is_packed() })
            }
            kind => (ids.kind(kind), Shape::Single { explicit: field.supports_presence(), oneof }),
        };
        let mut key = Vec::new();
        crate::json::text::put_string(&mut key, field.name());
        key.push(b':');
        FieldPlan {
            number: field.number(),
            name: field.name().into(),
            json_name: field.json_name().into(),
            key: String::from_utf8(key).expect("a quoted name is text").into(),
            kind,
            shape,
            group: field.is_group(),
        }
    }
}

impl Kind {
    pub(crate) fn wire(self) -> u8 {
        match self {
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => wire::FIXED64,
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => wire::FIXED32,
            Kind::String | Kind::Bytes | Kind::Message(_) => wire::LEN,
            _ => wire::VARINT,
        }
    }
}

impl Known {
    fn of(full_name: &str) -> Known {
        match full_name.strip_prefix("google.protobuf.").unwrap_or_default() {
            "Timestamp" => Known::Timestamp,
            "Duration" => Known::Duration,
            "FieldMask" => Known::FieldMask,
            "Struct" => Known::Struct,
            "Value" => Known::Value,
            "ListValue" => Known::ListValue,
            "Any" => Known::Any,
            "Empty" => Known::Empty,
            "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value"
            | "BoolValue" | "StringValue" | "BytesValue" => Known::Wrapper,
            _ => Known::No,
        }
    }

    /// Whether the JSON form is one string or scalar, so that it fits into a path or a query.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Known::Timestamp | Known::Duration | Known::FieldMask | Known::Wrapper)
    }
}

impl EnumPlan {
    fn new(descriptor: &EnumDescriptor) -> EnumPlan {
        // The descriptor's own list of values is sorted, and so does not tell which of two names came first.
        let declared = &descriptor.enum_descriptor_proto().value;
        let mut names: Vec<(i32, Box<str>)> =
            declared.iter().map(|value| (value.number(), value.name().into())).collect();
        let by_name = names.iter().map(|(number, name)| (name.clone(), *number)).collect();
        names.sort_by_key(|(number, _)| *number);
        names.dedup_by_key(|(number, _)| *number);
        EnumPlan {
            is_null: descriptor.full_name() == "google.protobuf.NullValue",
            by_name,
            names,
            default: descriptor.default_value().number(),
        }
    }

    /// The number of a name, in any case when no name matches as it stands.
    pub(crate) fn number(&self, name: &str) -> Option<i32> {
        if let Some(number) = self.by_name.get(name) {
            return Some(*number);
        }
        self.names.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(number, _)| *number).or_else(|| {
            self.by_name.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
        })
    }

    pub(crate) fn name(&self, number: i32) -> Option<&str> {
        let place = self.names.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&self.names[place].1)
    }

    /// The names, for a message that says what is allowed.
    pub(crate) fn allowed(&self) -> String {
        self.names.iter().map(|(_, name)| &**name).collect::<Vec<_>>().join(", ")
    }
}
