//! The protobuf wire format, as far as a transcoder needs it: varints, tags, lengths that are known only afterwards.

use thiserror::Error;

/// How a value is laid out on the wire.
pub(crate) const VARINT: u8 = 0;
pub(crate) const FIXED64: u8 = 1;
pub(crate) const LEN: u8 = 2;
pub(crate) const START_GROUP: u8 = 3;
pub(crate) const END_GROUP: u8 = 4;
pub(crate) const FIXED32: u8 = 5;

/// The nesting that other protobuf implementations accept, and so the nesting that an answer may have.
pub(crate) const MAX_DEPTH: usize = 100;

/// Bytes that are not protobuf.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum WireError {
    #[error("the message ends in the middle of a field")]
    Truncated,
    #[error("a varint is longer than ten bytes")]
    Varint,
    #[error("a tag is not valid")]
    Tag,
    #[error("groups do not match or are nested too deeply")]
    Group,
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn put_tag(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, (u64::from(number) << 3) | u64::from(wire));
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reserves one byte for a length. Most messages are shorter than 128 bytes, so most lengths are final at once.
pub(crate) fn begin_len(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len() - 1
}

/// Fills in the length that `begin_len` reserved, and shifts what follows when it needs more than one byte.
pub(crate) fn end_len(out: &mut Vec<u8>, at: usize) {
    let length = out.len() - at - 1;
    if length < 0x80 {
        out[at] = length as u8;
        return;
    }
    let mut prefix = Vec::with_capacity(10);
    put_varint(&mut prefix, length as u64);
    out.splice(at..=at, prefix);
}

/// Walks over the fields of a message.
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// One field as it stands on the wire.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) number: u32,
    pub(crate) value: RawValue<'a>,
}

/// The value of a field before its type is known.
#[derive(Clone, Copy)]
pub(crate) enum RawValue<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Len(&'a [u8]),
    Group(&'a [u8]),
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Fields { bytes, at: 0 }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Raw<'a>>, WireError> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let (number, wire) = self.tag()?;
        let value = match wire {
            VARINT => RawValue::Varint(self.varint()?),
            FIXED64 => RawValue::Fixed64(u64::from_le_bytes(self.array()?)),
            FIXED32 => RawValue::Fixed32(u32::from_le_bytes(self.array()?)),
            LEN => RawValue::Len(self.len_delimited()?),
            START_GROUP => RawValue::Group(self.group(number)?),
            _ => return Err(WireError::Tag),
        };
        Ok(Some(Raw { number, value }))
    }

    fn tag(&mut self) -> Result<(u32, u8), WireError> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| WireError::Tag)?;
        if number == 0 || number > 0x1fff_ffff {
            return Err(WireError::Tag);
        }
        Ok((number, (tag & 7) as u8))
    }

    pub(crate) fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or(WireError::Truncated)?;
            self.at += 1;
            if shift == 63 && byte > 1 {
                return Err(WireError::Varint);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::Varint)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let slice = self.bytes.get(self.at..self.at + N).ok_or(WireError::Truncated)?;
        self.at += N;
        slice.try_into().map_err(|_| WireError::Truncated)
    }

    fn len_delimited(&mut self) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(self.varint()?).map_err(|_| WireError::Truncated)?;
        let end = self.at.checked_add(length).ok_or(WireError::Truncated)?;
        let slice = self.bytes.get(self.at..end).ok_or(WireError::Truncated)?;
        self.at = end;
        Ok(slice)
    }

    /// The content of a group, up to its end tag; groups inside are skipped without recursion.
    fn group(&mut self, number: u32) -> Result<&'a [u8], WireError> {
        let start = self.at;
        let mut open = vec![number];
        loop {
            let before = self.at;
            let (number, wire) = self.tag()?;
            match wire {
                VARINT => drop(self.varint()?),
                FIXED64 => drop(self.array::<8>()?),
                FIXED32 => drop(self.array::<4>()?),
                LEN => drop(self.len_delimited()?),
                START_GROUP if open.len() < MAX_DEPTH => open.push(number),
                END_GROUP if open.last() == Some(&number) => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(&self.bytes[start..before]);
                    }
                }
                _ => return Err(WireError::Group),
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }
}

pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub(crate) fn unzigzag(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_any_size_are_filled_in_afterwards() {
        for length in [0usize, 1, 127, 128, 16_383, 16_384, 70_000] {
            let mut out = vec![7];
            let at = begin_len(&mut out);
            out.extend(std::iter::repeat_n(9, length));
            end_len(&mut out, at);
            let mut expected = vec![7];
            put_bytes(&mut expected, &vec![9; length]);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn broken_bytes_are_errors() {
        for bytes in [&[0x08][..], &[0x0a, 5, 1], &[0xff; 11], &[0x0b, 0x14], &[0x00], &[0x0f], &[0x0d, 1]] {
            assert!(Fields::new(bytes).next().is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn groups_are_bounded_by_their_own_end_tag() {
        let bytes = [0x0b, 0x13, 0x08, 1, 0x14, 0x10, 2, 0x0c, 0x18, 3];
        let mut fields = Fields::new(&bytes);
        let Some(Raw { number: 1, value: RawValue::Group(content) }) = fields.next().unwrap() else { panic!() };
        assert_eq!(content, &bytes[1..7]);
        assert_eq!(fields.next().unwrap().unwrap().number, 3);
    }
}
