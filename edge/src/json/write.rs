//! Wire bytes to JSON.
//!
//! One scan notes where each field's values stand; a walk over the plan's fields then writes them in order, with
//! defaults for what is not there. Nothing is copied into a message in between.

use std::borrow::Cow;
use std::collections::HashMap;

use thiserror::Error;

use super::text::{put_base64, put_double, put_float, put_signed, put_string, put_unsigned};
use crate::plan::{FieldPlan, Kind, Known, MessageId, Plan, Shape};
use crate::wire::{self, Fields, RawValue, WireError, unzigzag};

/// Why an upstream's answer cannot be written as JSON.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("{0} holds text that is not UTF-8")]
    Text(Box<str>),
    #[error("{0} holds a value that JSON cannot express")]
    Value(Box<str>),
    #[error("the type {0:?} of an Any is not known")]
    UnknownType(String),
    #[error("the answer is nested more than {max} levels deep", max = wire::MAX_DEPTH)]
    Depth,
}

pub(super) type Result<T> = std::result::Result<T, WriteError>;

/// Appends a message as JSON.
pub(crate) fn message(plan: &Plan, id: MessageId, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    Writer { plan, out, entries: Vec::new(), depth: 0 }.content(id, bytes)
}

/// Appends the value of one field of a message as JSON, or its default form.
pub(crate) fn field(plan: &Plan, id: MessageId, place: usize, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = Writer { plan, out, entries: Vec::new(), depth: 0 };
    writer.scan(id, bytes)?;
    let start = writer.entries.partition_point(|entry| (entry.place as usize) < place);
    let end = writer.entries.partition_point(|entry| (entry.place as usize) <= place);
    let field = &plan.messages[id].fields[place];
    if start < end || !matches!(field.shape, Shape::Single { .. }) {
        return writer.values(field, bytes, start, end);
    }
    match field.kind {
        Kind::Message(_) => writer.out.extend_from_slice(b"null"),
        _ => writer.default(field),
    }
    Ok(())
}

pub(super) struct Writer<'w> {
    pub(super) plan: &'w Plan,
    pub(super) out: &'w mut Vec<u8>,
    /// A stack: each message being written owns the entries from its base upwards.
    entries: Vec<Entry>,
    depth: usize,
}

/// Where one value of a field stands.
#[derive(Clone, Copy)]
struct Entry {
    place: u16,
    /// A list of numbers behind one length.
    packed: bool,
    /// A number as it is, else the start and the length of the bytes.
    raw: u64,
}

/// The place of an entry that a later member of the same oneof has replaced; it sorts behind all others.
const REPLACED: u16 = u16::MAX;

impl Entry {
    fn span<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let start = (self.raw >> 32) as usize;
        &bytes[start..start + (self.raw & 0xffff_ffff) as usize]
    }
}

impl Writer<'_> {
    /// A message in the JSON form that its type has.
    pub(super) fn content(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        // The outermost message is not nested.
        if self.depth > wire::MAX_DEPTH {
            return Err(WriteError::Depth);
        }
        self.depth += 1;
        match self.plan.messages[id].known {
            Known::No | Known::Empty => {
                self.out.push(b'{');
                self.fields(id, bytes, true)?;
                self.out.push(b'}');
            }
            known => self.known(id, known, bytes)?,
        }
        self.depth -= 1;
        Ok(())
    }

    /// The fields of a message, without the braces.
    pub(super) fn fields(&mut self, id: MessageId, bytes: &[u8], mut first: bool) -> Result<()> {
        let base = self.scan(id, bytes)?;
        let mut at = base;
        let plan = self.plan;
        for (place, field) in plan.messages[id].fields.iter().enumerate() {
            let start = at;
            while self.entries.get(at).is_some_and(|entry| entry.place as usize == place) {
                at += 1;
            }
            if start == at && matches!(field.shape, Shape::Single { explicit: true, .. }) {
                continue;
            }
            if !first {
                self.out.push(b',');
            }
            first = false;
            self.out.extend_from_slice(field.key.as_bytes());
            self.values(field, bytes, start, at)?;
        }
        self.entries.truncate(base);
        Ok(())
    }

    /// Notes the values of all known fields, in the order of the plan. Returns where they begin.
    fn scan(&mut self, id: MessageId, bytes: &[u8]) -> Result<usize> {
        let message = &self.plan.messages[id];
        let base = self.entries.len();
        let mut fields = Fields::new(bytes);
        let (mut sorted, mut last) = (true, 0);
        while let Some(raw) = fields.next()? {
            let Some(place) = message.place_of_number(raw.number) else { continue };
            let field = &message.fields[place];
            let Some((packed, raw)) = self.note(field, raw.value, bytes) else { continue };
            let place = place as u16;
            if let Shape::Single { oneof: Some(_), .. } = field.shape {
                sorted &= !self.replace(base, message, place, field.shape);
            }
            sorted &= place >= last;
            last = place;
            self.entries.push(Entry { place, packed, raw });
        }
        if !sorted {
            self.entries[base..].sort_by_key(|entry| entry.place);
        }
        Ok(base)
    }

    /// What an entry keeps of a value. A value of another wire type than the field's is unknown and left out.
    fn note(&self, field: &FieldPlan, value: RawValue<'_>, bytes: &[u8]) -> Option<(bool, u64)> {
        let is_message = matches!(field.kind, Kind::Message(_)) || matches!(field.shape, Shape::Map { .. });
        let wire = if is_message { wire::LEN } else { field.kind.wire() };
        match value {
            RawValue::Varint(raw) if wire == wire::VARINT => Some((false, raw)),
            RawValue::Fixed64(raw) if wire == wire::FIXED64 => Some((false, raw)),
            RawValue::Fixed32(raw) if wire == wire::FIXED32 => Some((false, u64::from(raw))),
            RawValue::Len(slice) if wire == wire::LEN && !field.group => Some((false, span_of(slice, bytes))),
            RawValue::Len(slice) if wire != wire::LEN && matches!(field.shape, Shape::List { .. }) => {
                Some((true, span_of(slice, bytes)))
            }
            RawValue::Group(slice) if field.group => Some((false, span_of(slice, bytes))),
            _ => None,
        }
    }

    /// Drops what other members of the same oneof have set. Whether there was any.
    fn replace(&mut self, base: usize, message: &crate::plan::MessagePlan, place: u16, shape: Shape) -> bool {
        let mut any = false;
        for entry in &mut self.entries[base..] {
            if entry.place != REPLACED && entry.place != place && message.fields[entry.place as usize].shape == shape {
                entry.place = REPLACED;
                any = true;
            }
        }
        any
    }

    fn values(&mut self, field: &FieldPlan, bytes: &[u8], start: usize, end: usize) -> Result<()> {
        match field.shape {
            Shape::Single { .. } if start == end => {
                self.default(field);
                Ok(())
            }
            Shape::Single { .. } => match field.kind {
                // A message that comes in parts is the concatenation of its parts.
                Kind::Message(id) if end - start > 1 => {
                    let whole: Vec<u8> =
                        self.entries[start..end].iter().flat_map(|entry| entry.span(bytes)).copied().collect();
                    self.content(id, &whole)
                }
                _ => self.value(field, field.kind, self.entries[end - 1], bytes),
            },
            Shape::List { .. } => {
                self.out.push(b'[');
                let mut first = true;
                for at in start..end {
                    let entry = self.entries[at];
                    if entry.packed {
                        self.packed(field, entry.span(bytes), &mut first)?;
                        continue;
                    }
                    self.comma(&mut first);
                    self.value(field, field.kind, entry, bytes)?;
                }
                self.out.push(b']');
                Ok(())
            }
            Shape::Map { key } => self.map(field, key, bytes, start, end),
        }
    }

    pub(super) fn comma(&mut self, first: &mut bool) {
        if !*first {
            self.out.push(b',');
        }
        *first = false;
    }

    fn packed(&mut self, field: &FieldPlan, bytes: &[u8], first: &mut bool) -> Result<()> {
        let mut fields = Fields::new(bytes);
        while !fields.is_empty() {
            let raw = match field.kind.wire() {
                wire::FIXED64 => u64::from_le_bytes(fields.array()?),
                wire::FIXED32 => u64::from(u32::from_le_bytes(fields.array()?)),
                _ => fields.varint()?,
            };
            self.comma(first);
            self.number(field.kind, raw);
        }
        Ok(())
    }

    fn value(&mut self, field: &FieldPlan, kind: Kind, entry: Entry, bytes: &[u8]) -> Result<()> {
        match kind {
            Kind::Message(id) => self.content(id, entry.span(bytes)),
            Kind::String => {
                let text = std::str::from_utf8(entry.span(bytes)).map_err(|_| WriteError::Text(field.name.clone()))?;
                put_string(self.out, text);
                Ok(())
            }
            Kind::Bytes => {
                put_base64(self.out, entry.span(bytes));
                Ok(())
            }
            _ => {
                self.number(kind, entry.raw);
                Ok(())
            }
        }
    }

    /// Everything that is a number on the wire. 64-bit integers are strings, because JSON readers use doubles.
    fn number(&mut self, kind: Kind, raw: u64) {
        let out = &mut *self.out;
        match kind {
            Kind::Double => put_double(out, f64::from_bits(raw)),
            Kind::Float => put_float(out, f32::from_bits(raw as u32)),
            Kind::Bool => out.extend_from_slice(if raw == 0 { b"false" } else { b"true" }),
            Kind::Int32 | Kind::Sfixed32 => put_signed(out, i64::from(raw as i32)),
            Kind::Uint32 | Kind::Fixed32 => put_unsigned(out, u64::from(raw as u32)),
            Kind::Sint32 => put_signed(out, i64::from(unzigzag(u64::from(raw as u32)) as i32)),
            Kind::Enum(id) => {
                let plan = &self.plan.enums[id];
                let number = raw as i32;
                match plan.name(number) {
                    _ if plan.is_null => out.extend_from_slice(b"null"),
                    Some(name) => put_string(out, name),
                    None => put_signed(out, i64::from(number)),
                }
            }
            _ => {
                out.push(b'"');
                match kind {
                    Kind::Int64 | Kind::Sfixed64 => put_signed(out, raw as i64),
                    Kind::Sint64 => put_signed(out, unzigzag(raw)),
                    _ => put_unsigned(out, raw),
                }
                out.push(b'"');
            }
        }
    }

    /// What an absent field means.
    fn default(&mut self, field: &FieldPlan) {
        match (field.shape, field.kind) {
            (Shape::List { .. }, _) => self.out.extend_from_slice(b"[]"),
            (Shape::Map { .. }, _) => self.out.extend_from_slice(b"{}"),
            (_, Kind::String | Kind::Bytes) => self.out.extend_from_slice(b"\"\""),
            (_, Kind::Message(_)) => self.out.extend_from_slice(b"null"),
            (_, Kind::Enum(id)) => self.number(field.kind, i64::from(self.plan.enums[id].default) as u64),
            (_, kind) => self.number(kind, 0),
        }
    }

    fn map(&mut self, field: &FieldPlan, key_kind: Kind, bytes: &[u8], start: usize, end: usize) -> Result<()> {
        self.out.push(b'{');
        let mut first = true;
        // Encoders write each key once. Where one comes twice its last value counts, as everywhere on the wire.
        let mut last: HashMap<Cow<'_, [u8]>, usize> = HashMap::new();
        if end - start > 1 {
            for at in start..end {
                let (key, _) = map_entry(self.entries[at].span(bytes), key_kind, field.kind)?;
                last.insert(key.identity(), at);
            }
        }
        for at in start..end {
            let (key, value) = map_entry(self.entries[at].span(bytes), key_kind, field.kind)?;
            if end - start > 1 && last.get(&key.identity()) != Some(&at) {
                continue;
            }
            self.comma(&mut first);
            self.map_key(field, key_kind, key)?;
            self.out.push(b':');
            match value {
                Some((raw, slice)) => {
                    self.value(field, field.kind, Entry { place: 0, packed: false, raw }, &slice)?;
                }
                None => match field.kind {
                    Kind::Message(id) => self.content(id, &[])?,
                    Kind::String | Kind::Bytes => self.out.extend_from_slice(b"\"\""),
                    Kind::Enum(id) => self.number(field.kind, i64::from(self.plan.enums[id].default) as u64),
                    kind => self.number(kind, 0),
                },
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn map_key(&mut self, field: &FieldPlan, kind: Kind, key: MapKey<'_>) -> Result<()> {
        match key {
            MapKey::Text(text) => {
                let text = std::str::from_utf8(text).map_err(|_| WriteError::Text(field.name.clone()))?;
                put_string(self.out, text);
            }
            MapKey::Number(raw) => {
                let quoted = matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64);
                if !quoted {
                    self.out.push(b'"');
                }
                self.number(kind, raw);
                if !quoted {
                    self.out.push(b'"');
                }
            }
        }
        Ok(())
    }
}

/// Start and length of a slice of the message; a message is far shorter than four gigabytes.
fn span_of(slice: &[u8], bytes: &[u8]) -> u64 {
    let start = slice.as_ptr() as usize - bytes.as_ptr() as usize;
    ((start as u64) << 32) | slice.len() as u64
}

/// The key of a map entry.
#[derive(Clone, Copy)]
enum MapKey<'a> {
    Text(&'a [u8]),
    Number(u64),
}

impl<'a> MapKey<'a> {
    /// A varint may hold more than its type does. What is written alike is one key.
    fn number(kind: Kind, raw: u64) -> Self {
        MapKey::Number(match kind {
            Kind::Bool => u64::from(raw != 0),
            Kind::Int32 | Kind::Uint32 | Kind::Sint32 => u64::from(raw as u32),
            _ => raw,
        })
    }

    fn identity(self) -> Cow<'a, [u8]> {
        match self {
            MapKey::Text(text) => Cow::Borrowed(text),
            MapKey::Number(raw) => Cow::Owned(raw.to_le_bytes().to_vec()),
        }
    }
}

/// A value of a map: a number, or the length of the bytes and the bytes.
type MapValue<'a> = (u64, Cow<'a, [u8]>);

/// Key and value of a map entry; either may be left out when it is the default.
fn map_entry<'a>(bytes: &'a [u8], key_kind: Kind, value_kind: Kind) -> Result<(MapKey<'a>, Option<MapValue<'a>>)> {
    let mut key = if key_kind == Kind::String { MapKey::Text(&[]) } else { MapKey::Number(0) };
    let mut value: Option<MapValue<'a>> = None;
    let mut fields = Fields::new(bytes);
    while let Some(raw) = fields.next()? {
        match (raw.number, raw.value) {
            (1, RawValue::Len(text)) if key_kind == Kind::String => key = MapKey::Text(text),
            (1, RawValue::Varint(number)) if key_kind.wire() == wire::VARINT => key = MapKey::number(key_kind, number),
            (1, RawValue::Fixed64(number)) if key_kind.wire() == wire::FIXED64 => key = MapKey::Number(number),
            (1, RawValue::Fixed32(number)) if key_kind.wire() == wire::FIXED32 => {
                key = MapKey::Number(u64::from(number));
            }
            (2, found) if wire_of(found) == value_kind.wire() => {
                value = Some(match (found, value_kind, value) {
                    // A message that comes in parts is the concatenation of its parts, here as everywhere.
                    (RawValue::Len(slice), Kind::Message(_), Some((_, before))) => {
                        let whole = [&before, slice].concat();
                        (whole.len() as u64, whole.into())
                    }
                    (RawValue::Len(slice) | RawValue::Group(slice), ..) => (slice.len() as u64, slice.into()),
                    (RawValue::Varint(raw) | RawValue::Fixed64(raw), ..) => (raw, Cow::default()),
                    (RawValue::Fixed32(raw), ..) => (u64::from(raw), Cow::default()),
                });
            }
            _ => {}
        }
    }
    Ok((key, value))
}

fn wire_of(value: RawValue<'_>) -> u8 {
    match value {
        RawValue::Varint(_) => wire::VARINT,
        RawValue::Fixed64(_) => wire::FIXED64,
        RawValue::Fixed32(_) => wire::FIXED32,
        RawValue::Len(_) => wire::LEN,
        RawValue::Group(_) => wire::START_GROUP,
    }
}
