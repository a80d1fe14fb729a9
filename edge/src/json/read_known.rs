//! JSON to wire bytes for the types with a JSON form of their own.

use std::collections::HashSet;

use super::lex::Next;
use super::read::{Reader, Result};
use super::{Refusal, Step, scalar};
use crate::plan::{Kind, Known, MessageId};
use crate::wire::{self, begin_len, end_len, put_tag};

/// The fields of `google.protobuf.Value`.
mod value {
    pub(super) const NULL: u32 = 1;
    pub(super) const NUMBER: u32 = 2;
    pub(super) const STRING: u32 = 3;
    pub(super) const BOOL: u32 = 4;
    pub(super) const STRUCT: u32 = 5;
    pub(super) const LIST: u32 = 6;
}

impl Reader<'_, '_> {
    pub(super) fn known(&mut self, id: MessageId, known: Known) -> Result<()> {
        match known {
            Known::Timestamp | Known::Duration | Known::FieldMask => {
                self.expect(Next::String)?;
                let text = self.lex.string()?;
                scalar::put_known_text(self.out, known, &text, self.input).map_err(Refusal::value)
            }
            Known::Wrapper => {
                let plan = self.plan;
                self.field(&plan.messages[id].fields[0])
            }
            Known::Struct => self.structure(),
            Known::ListValue => self.list_value(),
            Known::Value => self.any_value(),
            Known::Any => self.any(),
            Known::No | Known::Empty => self.object(id, None),
        }
    }

    /// `google.protobuf.Struct`: map entries of field 1.
    fn structure(&mut self) -> Result<()> {
        self.expect(Next::Object)?;
        self.lex.open_object()?;
        let mut seen = HashSet::new();
        let mut first = true;
        while let Some(key) = self.lex.key(&mut first)? {
            put_tag(self.out, 1, wire::LEN);
            let entry = begin_len(self.out);
            put_tag(self.out, 1, wire::LEN);
            wire::put_bytes(self.out, key.as_bytes());
            put_tag(self.out, 2, wire::LEN);
            let length = begin_len(self.out);
            self.enter(2)?;
            self.any_value().map_err(|refusal| refusal.under(Step::Key(key.clone().into_owned())))?;
            self.leave(2);
            end_len(self.out, length);
            end_len(self.out, entry);
            if !seen.insert(key.clone()) {
                return Err(Refusal::value("given more than once").under(Step::Key(key.into_owned())));
            }
        }
        Ok(())
    }

    /// `google.protobuf.ListValue`: values in field 1.
    fn list_value(&mut self) -> Result<()> {
        self.expect(Next::Array)?;
        self.lex.open_array()?;
        let (mut index, mut first) = (0, true);
        while self.lex.element(&mut first)? {
            put_tag(self.out, 1, wire::LEN);
            let length = begin_len(self.out);
            self.enter(1)?;
            self.any_value().map_err(|refusal| refusal.under(Step::Index(index)))?;
            self.leave(1);
            end_len(self.out, length);
            index += 1;
        }
        Ok(())
    }

    /// The content of `google.protobuf.Value`: any JSON.
    fn any_value(&mut self) -> Result<()> {
        match self.lex.peek()? {
            Next::Null => {
                self.lex.null()?;
                put_tag(self.out, value::NULL, wire::VARINT);
                self.out.push(0);
            }
            Next::Number => {
                put_tag(self.out, value::NUMBER, wire::FIXED64);
                let number = self.lex.number()?;
                scalar::put_real(self.out, Kind::Double, number, false).map_err(Refusal::value)?;
            }
            Next::String => {
                put_tag(self.out, value::STRING, wire::LEN);
                let text = self.lex.string()?;
                wire::put_bytes(self.out, text.as_bytes());
            }
            Next::Bool => {
                put_tag(self.out, value::BOOL, wire::VARINT);
                let value = self.lex.boolean()?;
                self.out.push(u8::from(value));
            }
            Next::Object => {
                put_tag(self.out, value::STRUCT, wire::LEN);
                let length = begin_len(self.out);
                self.enter(1)?;
                self.structure()?;
                self.leave(1);
                end_len(self.out, length);
            }
            Next::Array => {
                put_tag(self.out, value::LIST, wire::LEN);
                let length = begin_len(self.out);
                self.enter(1)?;
                self.list_value()?;
                self.leave(1);
                end_len(self.out, length);
            }
        }
        Ok(())
    }

    /// `google.protobuf.Any`: the type may come last, so the object is looked through for it first.
    fn any(&mut self) -> Result<()> {
        self.expect(Next::Object)?;
        let start = self.lex.clone();
        let mut type_url = None;
        let (mut first, mut empty) = (true, true);
        self.lex.open_object()?;
        while let Some(key) = self.lex.key(&mut first)? {
            empty = false;
            if key != "@type" {
                self.lex.skip()?;
                continue;
            }
            if type_url.is_some() {
                return Err(Refusal::field("@type", "given more than once"));
            }
            if self.lex.peek()? != Next::String {
                return Err(Refusal::field("@type", "must be a string"));
            }
            type_url = Some(self.lex.string()?);
        }
        if empty {
            return Ok(());
        }
        let type_url = type_url.ok_or_else(|| Refusal::field("@type", "must name the type of the value"))?;
        let id = type_url
            .rsplit_once('/')
            .and_then(|(_, name)| self.plan.message_id(name))
            .ok_or_else(|| Refusal::field("@type", "unknown type"))?;
        self.lex = start;
        put_tag(self.out, 1, wire::LEN);
        wire::put_bytes(self.out, type_url.as_bytes());
        put_tag(self.out, 2, wire::LEN);
        let length = begin_len(self.out);
        match self.plan.messages[id].known {
            Known::No => self.object(id, Some("@type"))?,
            _ => self.any_known(id)?,
        }
        end_len(self.out, length);
        Ok(())
    }

    /// A type with a JSON form of its own stands under `value`.
    fn any_known(&mut self, id: MessageId) -> Result<()> {
        self.lex.open_object()?;
        let (mut first, mut found) = (true, false);
        while let Some(key) = self.lex.key(&mut first)? {
            match &*key {
                "@type" => self.lex.skip()?,
                "value" if !found => {
                    found = true;
                    self.content(id).map_err(|refusal| refusal.under(Step::Field("value".to_owned())))?;
                }
                "value" => return Err(Refusal::field("value", "given more than once")),
                _ => return Err(Refusal::field(&key, "unknown field")),
            }
        }
        // Most implementations have none for an `Empty`.
        let may_be_absent = self.plan.messages[id].known == Known::Empty;
        if found || may_be_absent { Ok(()) } else { Err(Refusal::field("value", "must be given for this type")) }
    }
}
