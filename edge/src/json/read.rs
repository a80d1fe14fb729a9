//! JSON to wire bytes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::lex::{Lexer, Next};
use super::{JsonInput, Refusal, Step, scalar};
use crate::plan::{FieldPlan, Kind, Known, MessageId, Plan, Shape};
use crate::wire::{self, begin_len, end_len, put_tag};

pub(super) type Result<T> = std::result::Result<T, Box<Refusal>>;

const LEAVE_OUT: &str = "null is not allowed: leave the field out";

/// Appends the message that a JSON document stands for.
pub(crate) fn message(plan: &Plan, id: MessageId, json: &[u8], input: JsonInput, out: &mut Vec<u8>) -> Result<()> {
    document(plan, json, input, out, |reader| reader.content(id))
}

/// Appends one field, with its tag, from a JSON document that is its value.
pub(crate) fn field(plan: &Plan, field: &FieldPlan, json: &[u8], input: JsonInput, out: &mut Vec<u8>) -> Result<()> {
    document(plan, json, input, out, |reader| {
        let takes_null = matches!(field.shape, Shape::Single { .. }) && plan.null_is_value(field.kind);
        if reader.lex.peek()? == Next::Null && !takes_null && !reader.strict() {
            return reader.lex.null();
        }
        reader.field(field)
    })
}

fn document(
    plan: &Plan,
    json: &[u8],
    input: JsonInput,
    out: &mut Vec<u8>,
    read: impl FnOnce(&mut Reader<'_, '_>) -> Result<()>,
) -> Result<()> {
    let text = std::str::from_utf8(json)
        .map_err(|fault| Refusal::malformed(format!("not UTF-8 at byte {}", fault.valid_up_to())))?;
    let mut reader = Reader { plan, lex: Lexer::new(text), input, out, depth: 0 };
    reader.lex.peek()?;
    read(&mut reader)?;
    reader.lex.finish()
}

pub(super) struct Reader<'r, 'j> {
    pub(super) plan: &'r Plan,
    pub(super) lex: Lexer<'j>,
    pub(super) input: JsonInput,
    pub(super) out: &'r mut Vec<u8>,
    /// How deep the message being written is nested in others.
    depth: usize,
}

/// The fields and oneofs that an object has set so far. Few messages have more than 64 fields.
#[derive(Default)]
struct Seen {
    first: u64,
    rest: HashSet<usize>,
}

impl Seen {
    /// Whether the place is new.
    fn insert(&mut self, place: usize) -> bool {
        if place >= 64 {
            return self.rest.insert(place);
        }
        let new = self.first & (1 << place) == 0;
        self.first |= 1 << place;
        new
    }
}

impl<'j> Reader<'_, 'j> {
    /// A message's content, in the JSON form that its type has.
    pub(super) fn content(&mut self, id: MessageId) -> Result<()> {
        match self.plan.messages[id].known {
            Known::No | Known::Empty => self.object(id, None),
            known => self.known(id, known),
        }
    }

    pub(super) fn strict(&self) -> bool {
        self.input == JsonInput::Strict
    }

    /// Goes down into messages. One level of JSON may be several of messages, which every decoder bounds: what is nested
    /// more deeply would be the caller's fault and look like the service's.
    pub(super) fn enter(&mut self, levels: usize) -> Result<()> {
        self.depth += levels;
        if self.depth > wire::MAX_DEPTH {
            let what = format!("nested more than {} messages deep", wire::MAX_DEPTH);
            return Err(Refusal::value(what));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, levels: usize) {
        self.depth -= levels;
    }

    /// The fields of an ordinary message. `skipped` is a key that belongs to the surroundings: the type of an `Any`.
    pub(super) fn object(&mut self, id: MessageId, skipped: Option<&str>) -> Result<()> {
        self.expect(Next::Object)?;
        self.lex.open_object()?;
        let plan = self.plan;
        let message = &plan.messages[id];
        let (mut seen, mut oneofs, mut first) = (Seen::default(), Seen::default(), true);
        let mut guess = 0;
        while let Some(key) = self.lex.key(&mut first)? {
            // Documents name fields in the order of the declaration more often than not: compare before hashing.
            let place = match message.fields.get(guess) {
                Some(field) if *field.name == *key || *field.json_name == *key => guess,
                _ => match message.place_of_name(&key) {
                    Some(place) => place,
                    None if skipped == Some(&*key) => {
                        self.lex.skip()?;
                        continue;
                    }
                    None => return Err(Refusal::field(&key, "unknown field")),
                },
            };
            guess = place + 1;
            let field = &message.fields[place];
            if !seen.insert(place) {
                return Err(Refusal::field(&key, "given more than once"));
            }
            let takes_null = matches!(field.shape, Shape::Single { .. }) && plan.null_is_value(field.kind);
            if self.lex.peek()? == Next::Null && !takes_null {
                if self.strict() {
                    return Err(Refusal::field(&key, LEAVE_OUT));
                }
                self.lex.null()?;
                continue;
            }
            if let Shape::Single { oneof: Some(oneof), .. } = field.shape
                && !oneofs.insert(oneof as usize)
            {
                let name = &message.oneof_names[oneof as usize];
                return Err(Refusal::field(&key, format!("only one member of \"{name}\" may be given")));
            }
            self.field(field).map_err(|refusal| refusal.under(Step::Field(key.into_owned())))?;
        }
        Ok(())
    }

    /// A field with its tag.
    pub(super) fn field(&mut self, field: &FieldPlan) -> Result<()> {
        match field.shape {
            Shape::Single { .. } => self.element(field),
            Shape::List { packed } => self.list(field, packed),
            Shape::Map { key } => self.map(field, key),
        }
    }

    /// One value with its tag.
    fn element(&mut self, field: &FieldPlan) -> Result<()> {
        if field.group {
            put_tag(self.out, field.number, wire::START_GROUP);
            self.enter(1)?;
            self.bare_content(field.kind)?;
            self.leave(1);
            put_tag(self.out, field.number, wire::END_GROUP);
            return Ok(());
        }
        put_tag(self.out, field.number, field.kind.wire());
        self.value(field.kind)
    }

    fn bare_content(&mut self, kind: Kind) -> Result<()> {
        match kind {
            Kind::Message(id) => self.content(id),
            kind => self.value(kind),
        }
    }

    fn list(&mut self, field: &FieldPlan, packed: bool) -> Result<()> {
        self.expect(Next::Array)?;
        self.lex.open_array()?;
        let start = self.out.len();
        let length = packed.then(|| {
            put_tag(self.out, field.number, wire::LEN);
            begin_len(self.out)
        });
        let (mut index, mut first) = (0, true);
        while self.lex.element(&mut first)? {
            let read = if packed { self.value(field.kind) } else { self.element(field) };
            read.map_err(|refusal| refusal.under(Step::Index(index)))?;
            index += 1;
        }
        match length {
            Some(_) if index == 0 => self.out.truncate(start),
            Some(at) => end_len(self.out, at),
            None => {}
        }
        Ok(())
    }

    fn map(&mut self, field: &FieldPlan, key_kind: Kind) -> Result<()> {
        self.expect(Next::Object)?;
        self.lex.open_object()?;
        let mut seen: HashSet<Box<[u8]>> = HashSet::new();
        let mut first = true;
        while let Some(key) = self.lex.key(&mut first)? {
            put_tag(self.out, field.number, wire::LEN);
            let at = begin_len(self.out);
            put_map_key(self.out, key_kind, &key).map_err(|what| at_key(Refusal::value(what), &key))?;
            if !seen.insert(self.out[at + 1..].into()) {
                return Err(at_key(Refusal::value("given more than once"), &key));
            }
            put_tag(self.out, 2, field.kind.wire());
            self.enter(1)?;
            self.value(field.kind).map_err(|refusal| at_key(refusal, &key))?;
            self.leave(1);
            end_len(self.out, at);
        }
        Ok(())
    }

    /// A value without its tag, with its length where it has one.
    fn value(&mut self, kind: Kind) -> Result<()> {
        let next = self.lex.peek()?;
        match kind {
            Kind::Message(id) => {
                if next == Next::Null && self.plan.messages[id].known != Known::Value {
                    return Err(Refusal::value(LEAVE_OUT));
                }
                let at = begin_len(self.out);
                self.enter(1)?;
                self.content(id)?;
                self.leave(1);
                end_len(self.out, at);
                Ok(())
            }
            Kind::String => {
                self.expect(Next::String)?;
                let text = self.lex.string()?;
                wire::put_bytes(self.out, text.as_bytes());
                Ok(())
            }
            Kind::Bytes => {
                self.expect(Next::String)?;
                let text = self.lex.string()?;
                let bytes = scalar::bytes(&text).map_err(Refusal::value)?;
                wire::put_bytes(self.out, &bytes);
                Ok(())
            }
            Kind::Bool => {
                self.expect(Next::Bool)?;
                let value = self.lex.boolean()?;
                self.out.push(u8::from(value));
                Ok(())
            }
            Kind::Enum(id) => self.enumerated(id, next),
            Kind::Double | Kind::Float => self.real(kind, next),
            _ => self.integer(kind, next),
        }
    }

    fn enumerated(&mut self, id: usize, next: Next) -> Result<()> {
        let plan = &self.plan.enums[id];
        match next {
            Next::Null if plan.is_null => {
                self.lex.null()?;
                self.out.push(0);
                Ok(())
            }
            Next::String => {
                let name = self.lex.string()?;
                scalar::put_enum(self.out, plan, &name).map_err(Refusal::value)
            }
            Next::Number if !self.strict() && !plan.is_null => {
                let number = self.lex.number()?;
                scalar::put_integer(self.out, Kind::Int32, number).map_err(Refusal::value)
            }
            _ => Err(Refusal::value(format!("must be one of {}", plan.allowed()))),
        }
    }

    pub(super) fn real(&mut self, kind: Kind, next: Next) -> Result<()> {
        let (text, quoted) = self.number_text(next, true)?;
        if quoted && self.strict() && !matches!(&*text, "NaN" | "Infinity" | "-Infinity") {
            return Err(Refusal::value("must be a number, not a string"));
        }
        scalar::put_real(self.out, kind, &text, quoted).map_err(Refusal::value)
    }

    fn integer(&mut self, kind: Kind, next: Next) -> Result<()> {
        // 64-bit numbers are written as strings, so a strict reader takes strings for them and for nothing else.
        let wide = matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64);
        let (text, quoted) = self.number_text(next, wide || !self.strict())?;
        if quoted && self.strict() && text.contains(['.', 'e', 'E']) {
            return Err(Refusal::value("must be a whole number, written in digits"));
        }
        scalar::put_integer(self.out, kind, &text).map_err(Refusal::value)
    }

    fn number_text(&mut self, next: Next, quoted: bool) -> Result<(Cow<'j, str>, bool)> {
        match next {
            Next::Number => Ok((Cow::Borrowed(self.lex.number()?), false)),
            Next::String if quoted => Ok((self.lex.string()?, true)),
            Next::Null => Err(Refusal::value(LEAVE_OUT)),
            other => Err(Refusal::value(format!("must be a number, not {}", other.name()))),
        }
    }

    pub(super) fn expect(&mut self, wanted: Next) -> Result<()> {
        match self.lex.peek()? {
            next if next == wanted => Ok(()),
            Next::Null => Err(Refusal::value(LEAVE_OUT)),
            other => Err(Refusal::value(format!("must be {}, not {}", wanted.name(), other.name()))),
        }
    }
}

fn at_key(refusal: Box<Refusal>, key: &str) -> Box<Refusal> {
    refusal.under(Step::Key(key.to_owned()))
}

/// The key of a map entry with its tag. JSON keys are strings whatever the type of the key is.
pub(crate) fn put_map_key(out: &mut Vec<u8>, kind: Kind, text: &str) -> std::result::Result<(), String> {
    put_tag(out, 1, kind.wire());
    match (kind, text) {
        (Kind::String, _) => wire::put_bytes(out, text.as_bytes()),
        (Kind::Bool, "true") => out.push(1),
        (Kind::Bool, "false") => out.push(0),
        (Kind::Bool, _) => return Err("the key must be true or false".to_owned()),
        _ => scalar::put_integer(out, kind, text).map_err(|what| format!("the key {what}"))?,
    }
    Ok(())
}
