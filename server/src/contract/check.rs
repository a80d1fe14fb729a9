//! Holds wire bytes against compiled rules, in one pass and without decoding the message.

use std::fmt::{Display, Write as _};

use bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::{
    email::email_fault,
    rules::{Bounds, Edge, Field, Form, Message, Rule, Rules, Wire},
};
use crate::{name, problem::Violation};

/// Bytes that are no message of the wanted type.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

/// The years that a timestamp can hold: 0001 to 9999.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Deeper than any message of the contract, shallow enough for any stack.
const MAX_DEPTH: usize = 32;

/// Every violation, each with the reason to give for it (empty for the usual one).
pub fn check(rules: &Rules, message: usize, bytes: &[u8]) -> Result<Vec<(Violation, String)>, Malformed> {
    let mut checker = Checker { rules, path: String::new(), found: Vec::new(), depth: 0 };
    checker.message(message, bytes)?;
    Ok(checker.found)
}

struct Checker<'a> {
    rules: &'a Rules,
    path: String,
    found: Vec<(Violation, String)>,
    depth: usize,
}

/// What a field holds, as far as rules care.
#[derive(Clone, Copy)]
enum Raw<'b> {
    Varint(u64),
    Fixed64(u64),
    Slice(&'b [u8]),
}

impl Checker<'_> {
    fn message(&mut self, place: usize, bytes: &[u8]) -> Result<(), Malformed> {
        let rules = self.rules;
        let message = &rules.messages[place];
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed("it is nested too deeply".to_owned()));
        }
        let mut last: Vec<Option<Raw>> = vec![None; message.fields.len()];
        let mut counts: Vec<u64> = vec![0; message.fields.len()];
        let mut parts: Vec<Vec<&[u8]>> = vec![Vec::new(); message.fields.len()];
        let mut rest = bytes;
        while rest.has_remaining() {
            let (number, wire_type) = decode_key(&mut rest).map_err(malformed)?;
            let Some(index) = message.fields.iter().position(|field| field.number == number) else {
                skip_field(wire_type, number, &mut rest, DecodeContext::default()).map_err(malformed)?;
                continue;
            };
            let field = &message.fields[index];
            let raw = read(wire_type, number, &mut rest)?;
            if field.repeated {
                self.items(message, field, raw, &mut counts[index])?;
                continue;
            }
            if let (Wire::Message(_), Raw::Slice(slice)) = (field.wire, raw) {
                parts[index].push(slice);
            }
            last[index] = Some(raw);
        }
        for (index, parts) in parts.into_iter().enumerate() {
            let (field, Wire::Message(inner)) = (&message.fields[index], message.fields[index].wire) else { continue };
            match parts.as_slice() {
                [] => {}
                [whole] => self.inside(&field.name, |checker| checker.message(inner, whole))?,
                // A message may come in parts, which are one message when they follow each other.
                parts => self.inside(&field.name, |checker| checker.message(inner, &parts.concat()))?,
            }
        }
        if message.is_timestamp {
            self.timestamp(&last);
        }
        for (index, field) in message.fields.iter().enumerate() {
            if field.repeated {
                self.count(message, field, counts[index]);
            } else {
                self.singular(message, field, last[index])?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn singular(&mut self, message: &Message, field: &Field, raw: Option<Raw>) -> Result<(), Malformed> {
        let is_zero = match raw {
            None => true,
            Some(Raw::Varint(value) | Raw::Fixed64(value)) => value == 0,
            Some(Raw::Slice(slice)) => slice.is_empty(),
        };
        let is_set = if field.presence { raw.is_some() } else { !is_zero };
        if field.required && !is_set {
            self.violation(message, &field.name, "is required".to_owned());
            return Ok(());
        }
        match raw {
            Some(raw) => self.value(message, field, raw),
            // A rule holds for an absent value too, unless the field can say that it is absent. Only the lower bounds of a
            // rule can be broken by a zero value.
            None if !field.presence => match (&field.rule, field.wire) {
                (Rule::Double { .. }, _) => self.value(message, field, Raw::Fixed64(0)),
                (Rule::Integer { .. } | Rule::Defined { .. }, _) => self.value(message, field, Raw::Varint(0)),
                (Rule::Text { .. } | Rule::Bytes { .. }, _) => self.value(message, field, Raw::Slice(&[])),
                (Rule::None, _) => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// One item, or many numbers that are packed together.
    fn items(&mut self, message: &Message, field: &Field, raw: Raw, count: &mut u64) -> Result<(), Malformed> {
        let (Raw::Slice(mut packed), Some(wire_type)) = (raw, field.wire.packs_as()) else {
            *count += 1;
            return self.item(message, field, *count - 1, raw);
        };
        while packed.has_remaining() {
            let item = read(wire_type, field.number, &mut packed)?;
            *count += 1;
            self.item(message, field, *count - 1, item)?;
        }
        Ok(())
    }

    fn item(&mut self, message: &Message, field: &Field, index: u64, raw: Raw) -> Result<(), Malformed> {
        if field.are_items_ignored {
            return self.whole(field, index, raw);
        }
        let name = format!("{}[{index}]", field.name);
        match (field.wire, raw) {
            (Wire::Message(inner), Raw::Slice(slice)) => self.inside(&name, |checker| checker.message(inner, slice)),
            _ => self.rule(message, field, &name, raw),
        }
    }

    /// Whether an item is a message of its type, whatever is in it. More of them than there may be are not looked at.
    fn whole(&mut self, field: &Field, index: u64, raw: Raw) -> Result<(), Malformed> {
        let (Wire::Message(inner), Raw::Slice(slice)) = (field.wire, raw) else {
            return Err(Malformed(format!("{}{}[{index}] has the wrong wire type", self.path, field.name)));
        };
        if field.items.is_some_and(|(_, most)| index >= most) {
            return Ok(());
        }
        let found = self.found.len();
        let read = self.message(inner, slice);
        self.found.truncate(found);
        read.map_err(|Malformed(fault)| Malformed(format!("{}{}[{index}]: {fault}", self.path, field.name)))
    }

    fn value(&mut self, message: &Message, field: &Field, raw: Raw) -> Result<(), Malformed> {
        self.rule(message, field, &field.name, raw)
    }

    fn rule(&mut self, message: &Message, field: &Field, name: &str, raw: Raw) -> Result<(), Malformed> {
        let fault = match (field.wire, raw) {
            (Wire::String, Raw::Slice(slice)) => {
                let text =
                    std::str::from_utf8(slice).map_err(|_| Malformed(format!("{}{name} is not UTF-8", self.path)))?;
                // Nobody sees them, some terminals obey them, and no database column can hold the first of them.
                if text.chars().any(is_unprintable) {
                    Some("must not contain control characters".to_owned())
                } else if field.is_name && !name::is_visible(text) {
                    Some(name::FAULT.to_owned())
                } else if field.required && name::is_blank(text) {
                    Some("must say something".to_owned())
                } else {
                    text_fault(&field.rule, text)
                }
            }
            (Wire::Bytes, Raw::Slice(slice)) => bytes_fault(&field.rule, slice.len() as u64),
            (Wire::Double, Raw::Fixed64(bits)) => double_fault(&field.rule, f64::from_bits(bits)),
            (Wire::Int32, Raw::Varint(value)) => integer_fault(&field.rule, i64::from(value as i32)),
            (Wire::Int64, Raw::Varint(value)) => integer_fault(&field.rule, value as i64),
            (Wire::Uint32, Raw::Varint(value)) => integer_fault(&field.rule, i64::from(value as u32)),
            (Wire::Enum, Raw::Varint(value)) => enum_fault(&field.rule, value as i32),
            (Wire::Bool, Raw::Varint(_)) | (Wire::Message(_), Raw::Slice(_)) | (Wire::Other, _) => None,
            _ => return Err(Malformed(format!("{}{name} has the wrong wire type", self.path))),
        };
        if let Some(fault) = fault {
            self.violation(message, name, fault);
        }
        Ok(())
    }

    fn count(&mut self, message: &Message, field: &Field, count: u64) {
        if field.required && count == 0 {
            self.violation(message, &field.name, "is required".to_owned());
        } else if let Some((min, max)) = field.items
            && !(min..=max).contains(&count)
        {
            let wanted = if count < min { format!("at least {min}") } else { format!("at most {max}") };
            self.violation(message, &field.name, format!("must have {wanted} items"));
        }
    }

    fn timestamp(&mut self, fields: &[Option<Raw>]) {
        let number = |index: usize| match fields.get(index).copied().flatten() {
            Some(Raw::Varint(value)) => value as i64,
            _ => 0,
        };
        if !TIMESTAMP_SECONDS.contains(&number(0)) || !(0..1_000_000_000).contains(&number(1)) {
            let field = self.path.trim_end_matches('.').to_owned();
            let description = "must be a time from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z".to_owned();
            self.found.push((Violation { field, description }, String::new()));
        }
    }

    fn inside(&mut self, name: &str, step: impl FnOnce(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        let length = self.path.len();
        write!(self.path, "{name}.").expect("writing to a string does not fail");
        let result = step(self);
        self.path.truncate(length);
        result
    }

    fn violation(&mut self, message: &Message, name: &str, description: String) {
        let field = format!("{}{name}", self.path);
        self.found.push((Violation { field, description }, message.reason.clone().unwrap_or_default()));
    }
}

fn read<'b>(wire_type: WireType, number: u32, rest: &mut &'b [u8]) -> Result<Raw<'b>, Malformed> {
    match wire_type {
        WireType::Varint => Ok(Raw::Varint(decode_varint(rest).map_err(malformed)?)),
        WireType::SixtyFourBit if rest.len() >= 8 => Ok(Raw::Fixed64(rest.get_u64_le())),
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(rest).map_err(malformed)?).unwrap_or(usize::MAX);
            let (slice, tail) = rest
                .split_at_checked(length)
                .ok_or_else(|| Malformed(format!("field {number} is longer than the message")))?;
            *rest = tail;
            Ok(Raw::Slice(slice))
        }
        _ => Err(Malformed(format!("field {number} has the wrong wire type"))),
    }
}

fn malformed(error: prost::DecodeError) -> Malformed {
    Malformed(error.to_string())
}

/// Control characters but those that end lines and align them.
fn is_unprintable(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r')
}

fn text_fault(rule: &Rule, text: &str) -> Option<String> {
    let Rule::Text { min_chars, max_chars, max_bytes, pattern, form } = rule else { return None };
    let chars = text.chars().count() as u64;
    if *form == Form::Uuid && (text.len() != 36 || uuid::Uuid::try_parse(text).is_err()) {
        return Some("must be a UUID such as 0192f0c1-7a3b-7000-8000-000000000000".to_owned());
    }
    if let Some(fault) = email_fault(text).filter(|_| *form == Form::Email) {
        return Some(fault.to_owned());
    }
    if let Some(min) = min_chars.filter(|min| chars < *min) {
        return Some(format!("must have at least {min} characters"));
    }
    if let Some(max) = max_chars.filter(|max| chars > *max) {
        return Some(format!("must have at most {max} characters"));
    }
    if let Some(max) = max_bytes.filter(|max| text.len() as u64 > *max) {
        return Some(format!("must have at most {max} bytes"));
    }
    let pattern = pattern.as_ref().filter(|pattern| !pattern.is_match(text))?;
    Some(format!("must match {}", pattern.as_str()))
}

fn bytes_fault(rule: &Rule, length: u64) -> Option<String> {
    let Rule::Bytes { min, max } = rule else { return None };
    if let Some(min) = min.filter(|min| length < *min) {
        return Some(format!("must have at least {min} bytes"));
    }
    let max = max.filter(|max| length > *max)?;
    Some(format!("must have at most {max} bytes"))
}

fn double_fault(rule: &Rule, value: f64) -> Option<String> {
    let Rule::Double { finite, bounds } = rule else { return None };
    if (*finite && !value.is_finite()) || (value.is_nan() && (bounds.lower.is_some() || bounds.upper.is_some())) {
        return Some("must be a finite number".to_owned());
    }
    range_fault(bounds, value)
}

fn integer_fault(rule: &Rule, value: i64) -> Option<String> {
    let Rule::Integer { bounds } = rule else { return None };
    range_fault(bounds, value)
}

fn enum_fault(rule: &Rule, value: i32) -> Option<String> {
    let Rule::Defined { numbers, names } = rule else { return None };
    (!numbers.contains(&value)).then(|| format!("must be one of {names}"))
}

fn range_fault<T: PartialOrd + Display + Copy>(bounds: &Bounds<T>, value: T) -> Option<String> {
    let below = bounds.lower.is_some_and(|(bound, edge)| value < bound || (edge == Edge::Exclusive && value == bound));
    let above = bounds.upper.is_some_and(|(bound, edge)| value > bound || (edge == Edge::Exclusive && value == bound));
    if !below && !above {
        return None;
    }
    let lower = bounds.lower.map(|(bound, edge)| match edge {
        Edge::Inclusive => format!("at least {bound}"),
        Edge::Exclusive => format!("more than {bound}"),
    });
    let upper = bounds.upper.map(|(bound, edge)| match edge {
        Edge::Inclusive => format!("at most {bound}"),
        Edge::Exclusive => format!("less than {bound}"),
    });
    let wanted: Vec<_> = [lower, upper].into_iter().flatten().collect();
    Some(format!("must be {}", wanted.join(" and ")))
}
