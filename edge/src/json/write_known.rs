//! Wire bytes to JSON for the types with a JSON form of their own.

use super::text::{put_double, put_string};
use super::time::{put_duration, put_timestamp};
use super::write::{Result, WriteError, Writer};
use crate::plan::{Known, MessageId};
use crate::wire::{Fields, Raw, RawValue};

impl Writer<'_> {
    pub(super) fn known(&mut self, id: MessageId, known: Known, bytes: &[u8]) -> Result<()> {
        match known {
            Known::Timestamp | Known::Duration => self.instant(id, known, bytes),
            Known::FieldMask => self.field_mask(id, bytes),
            Known::Wrapper => self.wrapper(id, bytes),
            Known::Struct => self.structure(id, bytes),
            Known::ListValue => self.list_value(id, bytes),
            Known::Value => self.any_value(id, bytes),
            Known::Any => self.any(id, bytes),
            Known::No | Known::Empty => Ok(()),
        }
    }

    fn inexpressible(&self, id: MessageId) -> WriteError {
        WriteError::Value(self.plan.messages[id].name.clone())
    }

    fn instant(&mut self, id: MessageId, known: Known, bytes: &[u8]) -> Result<()> {
        let (mut seconds, mut nanos) = (0, 0);
        let mut fields = Fields::new(bytes);
        while let Some(raw) = fields.next()? {
            match (raw.number, raw.value) {
                (1, RawValue::Varint(value)) => seconds = value as i64,
                (2, RawValue::Varint(value)) => nanos = value as i32,
                _ => {}
            }
        }
        let written = match known {
            Known::Timestamp => put_timestamp(self.out, seconds, nanos),
            _ => put_duration(self.out, seconds, nanos),
        };
        if written { Ok(()) } else { Err(self.inexpressible(id)) }
    }

    /// Paths in camelCase, joined by commas. A path that would not come back as it was cannot be written.
    fn field_mask(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        let mut text = String::new();
        let mut fields = Fields::new(bytes);
        while let Some(raw) = fields.next()? {
            let (1, RawValue::Len(path)) = (raw.number, raw.value) else { continue };
            let path = std::str::from_utf8(path).map_err(|_| self.inexpressible(id))?;
            if path.is_empty() || path.contains(',') {
                return Err(self.inexpressible(id));
            }
            if !text.is_empty() {
                text.push(',');
            }
            let mut upper = false;
            for character in path.chars() {
                match character {
                    '_' if !upper => upper = true,
                    'a'..='z' if upper => {
                        text.push(character.to_ascii_uppercase());
                        upper = false;
                    }
                    'A'..='Z' => return Err(self.inexpressible(id)),
                    _ if upper => return Err(self.inexpressible(id)),
                    _ => text.push(character),
                }
            }
            if upper {
                return Err(self.inexpressible(id));
            }
        }
        put_string(self.out, &text);
        Ok(())
    }

    /// The one field of a wrapper, which has no presence, stands for it.
    fn wrapper(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        // The key is written with the value and cut out again: wrappers are rare, and so stay out of the walk.
        let key_length = self.plan.messages[id].fields[0].key.len();
        let start = self.out.len();
        self.fields(id, bytes, true)?;
        self.out.drain(start..start + key_length);
        Ok(())
    }

    fn structure(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        // A Struct is a message with one map, so the map's text without its key is the Struct's.
        self.wrapper(id, bytes)
    }

    fn list_value(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        self.wrapper(id, bytes)
    }

    fn any_value(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        let (mut last, mut whole) = (None, Vec::new());
        let mut fields = Fields::new(bytes);
        while let Some(raw) = fields.next()? {
            match (raw.number, raw.value) {
                (1 | 4, RawValue::Varint(_)) | (2, RawValue::Fixed64(_)) | (3, RawValue::Len(_)) => whole.clear(),
                // A message that comes in parts is the concatenation of its parts.
                (5 | 6, RawValue::Len(part)) => match last {
                    Some(Raw { number, value: RawValue::Len(before) }) if number == raw.number => {
                        if whole.is_empty() {
                            whole.extend_from_slice(before);
                        }
                        whole.extend_from_slice(part);
                    }
                    _ => whole.clear(),
                },
                _ => continue,
            }
            last = Some(raw);
        }
        let Some(raw) = last else {
            self.out.extend_from_slice(b"null");
            return Ok(());
        };
        match (raw.number, raw.value) {
            (2, RawValue::Fixed64(bits)) if f64::from_bits(bits).is_finite() => {
                put_double(self.out, f64::from_bits(bits));
            }
            (2, _) => return Err(self.inexpressible(id)),
            (3, RawValue::Len(text)) => {
                let text = std::str::from_utf8(text).map_err(|_| self.inexpressible(id))?;
                put_string(self.out, text);
            }
            (4, RawValue::Varint(value)) => {
                self.out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
            }
            (number @ (5 | 6), RawValue::Len(content)) => {
                let name = if number == 5 { "google.protobuf.Struct" } else { "google.protobuf.ListValue" };
                self.content(self.sibling(id, name)?, if whole.is_empty() { content } else { &whole })?;
            }
            _ => self.out.extend_from_slice(b"null"),
        }
        Ok(())
    }

    /// A type of the file that declares `Value` too.
    fn sibling(&self, id: MessageId, name: &str) -> Result<MessageId> {
        self.plan.message_id(name).ok_or_else(|| self.inexpressible(id))
    }

    fn any(&mut self, id: MessageId, bytes: &[u8]) -> Result<()> {
        let (mut type_url, mut value): (&[u8], &[u8]) = (&[], &[]);
        let mut fields = Fields::new(bytes);
        while let Some(raw) = fields.next()? {
            match (raw.number, raw.value) {
                (1, RawValue::Len(text)) => type_url = text,
                (2, RawValue::Len(content)) => value = content,
                _ => {}
            }
        }
        if type_url.is_empty() && value.is_empty() {
            self.out.extend_from_slice(b"{}");
            return Ok(());
        }
        let type_url = std::str::from_utf8(type_url).map_err(|_| self.inexpressible(id))?;
        let inner = type_url
            .rsplit_once('/')
            .and_then(|(_, name)| self.plan.message_id(name))
            .ok_or_else(|| WriteError::UnknownType(type_url.to_owned()))?;
        self.out.extend_from_slice(b"{\"@type\":");
        put_string(self.out, type_url);
        match self.plan.messages[inner].known {
            // Most implementations give an `Empty` no member `value`, and could not read one; those that do need none.
            Known::No | Known::Empty => self.fields(inner, value, false)?,
            _ => {
                self.out.extend_from_slice(b",\"value\":");
                self.content(inner, value)?;
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}
