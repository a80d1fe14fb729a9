//! Messages in encodings that no encoder writes and every decoder must take.

use prost_reflect::{Kind, MessageDescriptor};

use super::dice::Dice;

impl Dice<'_> {
    /// The same message or another one: its fields in another order, in parts, twice, its lists packed otherwise, and
    /// fields among them that nobody knows.
    pub fn scramble(&mut self, descriptor: &MessageDescriptor, wire: &[u8]) -> Vec<u8> {
        let Some(mut fields) = split(wire) else { return wire.to_vec() };
        for _ in 0..self.below(4) {
            let place = usize::from(self.byte()) % (fields.len() + 1);
            if self.below(4) == 0 || place == fields.len() {
                // Decoders differ in what becomes of a map entry that holds something unknown.
                if !descriptor.is_map_entry() {
                    fields.insert(place, self.unknown());
                }
                continue;
            }
            let other = usize::from(self.byte()) % fields.len();
            match self.below(4) {
                0 => fields.swap(place, other),
                1 => fields.insert(other, fields[place].clone()),
                _ => {
                    let field = fields.remove(place);
                    let changed = self.change(descriptor, field);
                    fields.splice(place..place, changed);
                }
            }
        }
        fields.into_iter().flat_map(Field::encode).collect()
    }

    fn change(&mut self, descriptor: &MessageDescriptor, field: Field) -> Vec<Field> {
        let Some(known) = descriptor.get_field(field.number) else { return vec![field] };
        let again = |content: Vec<u8>| Field { number: field.number, wire: 2, content };
        match known.kind() {
            Kind::Message(inner) if field.wire == 2 && self.below(2) == 0 => {
                vec![again(self.scramble(&inner, &field.content))]
            }
            // A map entry in parts would be two entries.
            Kind::Message(_) if field.wire == 2 && !known.is_map() => {
                let Some(mut first) = split(&field.content) else { return vec![field] };
                let second = first.split_off(first.len() / 2);
                let join = |fields: Vec<Field>| again(fields.into_iter().flat_map(Field::encode).collect());
                vec![join(first), join(second)]
            }
            // One value that stands alone, packed.
            _ if known.is_list() && !matches!(field.wire, 2 | 3) => vec![again(field.content)],
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 if known.is_list() && field.wire == 2 => field
                .content
                .chunks(8)
                .map(|one| Field { number: field.number, wire: 1, content: one.to_vec() })
                .collect(),
            Kind::Int32 | Kind::Bool | Kind::Enum(_) | Kind::Int64 if known.is_list() && field.wire == 2 => {
                let ends = field.content.split_inclusive(|byte| *byte < 0x80);
                ends.map(|one| Field { number: field.number, wire: 0, content: one.to_vec() }).collect()
            }
            _ if self.below(4) == 0 && !descriptor.is_map_entry() => {
                vec![Field { number: field.number, ..self.unknown() }]
            }
            _ => vec![field],
        }
    }

    fn unknown(&mut self) -> Field {
        let number = self.one_of(&[1, 8, 999, 19_999, 536_870_910]);
        let (wire, content) = self.one_of(&[
            (0, vec![0x96, 0x01]),
            (1, vec![1, 2, 3, 4, 5, 6, 7, 8]),
            (2, b"ab".to_vec()),
            (3, vec![0x08, 0x01, 0x13, 0x14]),
            (5, vec![1, 2, 3, 4]),
        ]);
        Field { number, wire, content }
    }
}

/// One field as it stands on the wire, without tag, length and end.
#[derive(Clone)]
struct Field {
    number: u32,
    wire: u8,
    content: Vec<u8>,
}

impl Field {
    fn encode(self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, (u64::from(self.number) << 3) | u64::from(self.wire));
        if self.wire == 2 {
            put_varint(&mut out, self.content.len() as u64);
        }
        out.extend(self.content);
        if self.wire == 3 {
            put_varint(&mut out, (u64::from(self.number) << 3) | 4);
        }
        out
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint(wire: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let byte = take(wire, 1)?[0];
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take<'w>(wire: &mut &'w [u8], length: usize) -> Option<&'w [u8]> {
    let (taken, rest) = wire.split_at_checked(length)?;
    *wire = rest;
    Some(taken)
}

/// The fields of a message, if it is one.
fn split(mut wire: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !wire.is_empty() {
        let tag = varint(&mut wire)?;
        let (number, kind) = ((tag >> 3) as u32, (tag & 7) as u8);
        let content = value(&mut wire, kind)?.to_vec();
        fields.push(Field { number, wire: kind, content });
    }
    Some(fields)
}

/// A value without its length or end.
fn value<'w>(wire: &mut &'w [u8], kind: u8) -> Option<&'w [u8]> {
    let whole = *wire;
    match kind {
        0 => {
            varint(wire)?;
            Some(&whole[..whole.len() - wire.len()])
        }
        1 => take(wire, 8),
        2 => {
            let length = varint(wire)?;
            take(wire, usize::try_from(length).ok()?)
        }
        3 => loop {
            let before = wire.len();
            match (varint(wire)? & 7) as u8 {
                4 => break Some(&whole[..whole.len() - before]),
                kind => value(wire, kind)?,
            };
        },
        5 => take(wire, 4),
        _ => None,
    }
}
