//! Requests with a file in them: how much of a request is its file.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{Kind, MessageDescriptor};

/// How much a request may say beside its file, in bytes: what kind of file it is, and what path and query say.
pub const BESIDE_BYTES: usize = 16 * 1024;

/// The field of a file's bytes in `google.api.HttpBody`.
const DATA: u32 = 2;

/// The number of the field that is a file; none where a request has none.
pub fn field(input: &MessageDescriptor) -> Option<u32> {
    let is_file = |kind: Kind| matches!(kind, Kind::Message(message) if message.full_name() == "google.api.HttpBody");
    input.fields().find(|field| is_file(field.kind())).map(|field| field.number())
}

/// How many bytes the file in a request has: what stands in `field`, and in the file's own field of bytes. Where one of them
/// comes more than once, all are counted. Of bytes that are no message, what stands before the fault; they are for the rules
/// of fields to refuse.
pub fn length(field: u32, message: &[u8]) -> usize {
    let data = |file: &[u8]| slices(DATA, file).map(<[u8]>::len).sum::<usize>();
    slices(field, message).map(data).sum()
}

/// What stands in a field, each time that it comes.
fn slices(wanted: u32, message: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    let next = move || -> Option<Option<&[u8]>> {
        let (number, wire_type) = decode_key(&mut rest).ok().filter(|_| !message.is_empty())?;
        if wire_type != WireType::LengthDelimited {
            skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
            return Some(None);
        }
        let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
        let (slice, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(Some(slice).filter(|_| number == wanted))
    };
    std::iter::from_fn(next).flatten()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use rollcall_proto::{google::api::HttpBody, v1::ImportRowsRequest};

    use super::*;

    fn request(data: &[u8]) -> Vec<u8> {
        let file = HttpBody { content_type: "text/csv".to_owned(), data: data.to_vec().into(), ..Default::default() };
        ImportRowsRequest { kind: 1, dry_run: true, invite: true, file: Some(file) }.encode_to_vec()
    }

    #[test]
    fn a_request_with_a_file_is_known_by_its_field() {
        let pool = prost_reflect::DescriptorPool::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
        for (name, expected) in
            [("ImportRowsRequest", Some(3)), ("ImportCalendarEntriesRequest", Some(1)), ("CheckInRequest", None)]
        {
            let message = pool.get_message_by_name(&format!("rollcall.v1.{name}")).expect("a message");
            assert_eq!(field(&message), expected, "{name}");
        }
    }

    #[test]
    fn only_the_bytes_of_the_file_are_its_length() {
        for (message, expected) in [
            (Vec::new(), 0),
            (request(b""), 0),
            (request(b"name\nOak\n"), 9),
            (request(&[0; 300]), 300),
            // In parts, of which the last one counts for who reads it, and all of them for the bound.
            ([request(b"123"), request(b"12345")].concat(), 8),
            (ImportRowsRequest { kind: 1, ..Default::default() }.encode_to_vec(), 0),
        ] {
            assert_eq!(length(3, &message), expected, "{message:?}");
        }
        // Broken off anywhere, all of the file or nothing.
        // What stands behind the file.
        const INVITE_BYTES: usize = 2;
        let whole = request(&[0; 300]);
        for end in 0..whole.len() {
            let is_within = end >= whole.len() - INVITE_BYTES;
            assert_eq!(length(3, &whole[..end]), if is_within { 300 } else { 0 }, "the first {end} bytes");
        }
    }
}
