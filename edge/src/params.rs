//! Values from paths and queries as wire bytes.
//!
//! Parts of a message may simply follow each other on the wire: messages merge and later scalars win. So each value
//! is written for itself, wrapped in the messages on the way to its field.

use crate::binding::{Binding, Body};
use crate::json::{JsonInput, read, scalar};
use crate::options::Options;
use crate::plan::{FieldPlan, Kind, Known, MessageId, Plan, Shape};
use crate::status::Violation;
use crate::wire::{self, begin_len, end_len, put_tag};

/// The way from a request message to one of its fields: at each step a message and the place of a field in it.
pub(crate) type Target = Vec<(MessageId, usize)>;

/// Resolves a dotted path of proto or JSON names.
pub(crate) fn resolve<'n>(
    plan: &Plan,
    root: MessageId,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<Target, String> {
    let mut target: Target = Vec::new();
    for name in names {
        let message = match target.last() {
            None => root,
            Some((id, place)) => inner_message(plan, &plan.messages[*id].fields[*place])?,
        };
        let place = plan.messages[message].place_of_name(name).ok_or_else(|| format!("unknown field {name:?}"))?;
        target.push((message, place));
    }
    Ok(target)
}

fn inner_message(plan: &Plan, field: &FieldPlan) -> Result<MessageId, String> {
    match (field.kind, field.shape) {
        (Kind::Message(id), Shape::Single { .. }) if plan.messages[id].known == Known::No => Ok(id),
        _ => Err(format!("{:?} has no fields that could be named here", field.name)),
    }
}

/// Whether a field's value fits into one piece of text.
pub(crate) fn is_text(plan: &Plan, field: &FieldPlan) -> bool {
    match (field.kind, field.shape) {
        (_, Shape::Map { .. }) => false,
        (Kind::Message(id), _) => plan.messages[id].known.is_text(),
        _ => true,
    }
}

/// Appends a value with everything that wraps it.
pub(crate) fn put(
    plan: &Plan,
    target: &[(MessageId, usize)],
    text: &str,
    input: JsonInput,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    put_with(plan, target, out, |field, out| put_text(plan, field, text, input, out))
}

fn put_with(
    plan: &Plan,
    target: &[(MessageId, usize)],
    out: &mut Vec<u8>,
    leaf: impl FnOnce(&FieldPlan, &mut Vec<u8>) -> Result<(), String>,
) -> Result<(), String> {
    let Some(((id, place), rest)) = target.split_first() else { return Ok(()) };
    let field = &plan.messages[*id].fields[*place];
    if rest.is_empty() {
        return leaf(field, out);
    }
    if field.group {
        put_tag(out, field.number, wire::START_GROUP);
        put_with(plan, rest, out, leaf)?;
        put_tag(out, field.number, wire::END_GROUP);
        return Ok(());
    }
    put_tag(out, field.number, wire::LEN);
    let at = begin_len(out);
    put_with(plan, rest, out, leaf)?;
    end_len(out, at);
    Ok(())
}

fn put_text(plan: &Plan, field: &FieldPlan, text: &str, input: JsonInput, out: &mut Vec<u8>) -> Result<(), String> {
    put_tag(out, field.number, field.kind.wire());
    put_value(plan, field.kind, text, input, out)
}

fn put_value(plan: &Plan, kind: Kind, text: &str, input: JsonInput, out: &mut Vec<u8>) -> Result<(), String> {
    match kind {
        Kind::String => wire::put_bytes(out, text.as_bytes()),
        Kind::Bytes => wire::put_bytes(out, &scalar::bytes(text)?),
        Kind::Bool => match text {
            "true" => out.push(1),
            "false" => out.push(0),
            _ => return Err("must be true or false".to_owned()),
        },
        Kind::Enum(id) => {
            let plan = &plan.enums[id];
            let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
            if is_number && input == JsonInput::ProtoJson {
                return scalar::put_integer(out, Kind::Int32, text);
            }
            // URLs join words with hyphens.
            scalar::put_enum(out, plan, &text.replace('-', "_"))?;
        }
        Kind::Double | Kind::Float => scalar::put_real(out, kind, text, true)?,
        Kind::Message(id) => {
            let message = &plan.messages[id];
            let at = begin_len(out);
            match message.known {
                Known::Wrapper => put_text(plan, &message.fields[0], text, input, out)?,
                known if known.is_text() => scalar::put_known_text(out, known, text, input)?,
                _ => return Err("cannot be given here: name its fields one by one".to_owned()),
            }
            end_len(out, at);
        }
        // A document may write a hundred as 1e2; in a URL that is a mistake.
        _ if text.contains(['.', 'e', 'E']) => return Err("must be a whole number, written in digits".to_owned()),
        _ => scalar::put_integer(out, kind, text)?,
    }
    Ok(())
}

/// Percent-decodes one piece of a URL, or nothing when it is not valid. `%2F` stays as it is in `keep_slashes`.
pub(crate) fn decode(raw: &str, plus_is_space: bool, keep_slashes: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'%' => {
                let pair = tail.get(..2)?;
                let digits = std::str::from_utf8(pair).ok().filter(|_| pair.iter().all(u8::is_ascii_hexdigit))?;
                let value = u8::from_str_radix(digits, 16).ok()?;
                rest = &tail[2..];
                if value == b'/' && keep_slashes {
                    bytes.push(b'%');
                    bytes.extend_from_slice(pair);
                } else {
                    bytes.push(value);
                }
            }
            b'+' if plus_is_space => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Appends what the segments of a path bind.
pub(crate) fn path(
    plan: &Plan,
    binding: &Binding,
    segments: &[&str],
    options: &Options,
    out: &mut Vec<u8>,
) -> Result<(), Violation> {
    for variable in &binding.variables {
        let end = if variable.to_end { segments.len() } else { variable.end };
        let pieces = segments.get(variable.start..end).unwrap_or_default();
        let refuse = |description: String| Violation { field: variable.name.clone(), description };
        let text = match pieces {
            [one] if !variable.multi => decode(one, false, false),
            _ => decode(&pieces.join("/"), false, !options.fully_decode_reserved_expansion),
        };
        let text = text.ok_or_else(|| refuse("must be percent-encoded UTF-8".to_owned()))?;
        put(plan, &variable.target, &text, options.json_input, out).map_err(refuse)?;
    }
    Ok(())
}

/// How many faults of a query are told. More would only make the answer larger than the question.
const MAX_VIOLATIONS: usize = 32;

/// Appends what the query of a URL says. Its faults are found at once. Returns the targets that it set.
pub(crate) fn query(
    plan: &Plan,
    binding: &Binding,
    raw: &str,
    input: JsonInput,
    out: &mut Vec<u8>,
) -> Result<Vec<Target>, Vec<Violation>> {
    let mut set: Vec<Target> = Vec::new();
    let mut violations = Vec::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        if violations.len() == MAX_VIOLATIONS {
            break;
        }
        let (raw_key, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(key) = decode(raw_key, true, false) else {
            let description = "the name must be percent-encoded UTF-8".to_owned();
            violations.push(Violation { field: raw_key.to_owned(), description });
            continue;
        };
        let start = out.len();
        let outcome = decode(raw_value, true, false)
            .ok_or_else(|| "must be percent-encoded UTF-8".to_owned())
            .and_then(|value| parameter(plan, binding, &key, &value, input, &mut set, out));
        if let Err(description) = outcome {
            out.truncate(start);
            violations.push(Violation { field: key, description });
        }
    }
    if violations.is_empty() { Ok(set) } else { Err(violations) }
}

fn parameter(
    plan: &Plan,
    binding: &Binding,
    key: &str,
    value: &str,
    input: JsonInput,
    set: &mut Vec<Target>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    if matches!(binding.body, Body::Whole | Body::RawWhole) {
        return Err("unknown parameter: all fields that the path does not name belong into the body".to_owned());
    }
    // `labels[color]=red` sets one entry of a map.
    let (path, entry) = match key.strip_suffix(']').and_then(|key| key.split_once('[')) {
        Some((path, entry)) => (path, Some(entry)),
        None => (key, None),
    };
    let target = resolve(plan, binding.input, path.split('.')).map_err(|_| "unknown parameter".to_owned())?;
    let Some((id, place)) = target.last().copied() else { return Err("unknown parameter".to_owned()) };
    let field = &plan.messages[id].fields[place];
    if binding.variables.iter().any(|variable| variable.target == target) {
        return Err("the path gives this value already".to_owned());
    }
    if let (Body::Field(body) | Body::RawField(body), Some((_, first))) = (&binding.body, target.first())
        && body == first
    {
        return Err("this value belongs into the body".to_owned());
    }
    if let Some(entry) = entry {
        let Shape::Map { key: key_kind } = field.shape else { return Err("unknown parameter".to_owned()) };
        set.push(target.clone());
        return put_with(plan, &target, out, |field, out| {
            put_tag(out, field.number, wire::LEN);
            let at = begin_len(out);
            read::put_map_key(out, key_kind, entry)?;
            put_tag(out, 2, field.kind.wire());
            put_value(plan, field.kind, value, input, out)?;
            end_len(out, at);
            Ok(())
        });
    }
    match (field.shape, field.kind) {
        (Shape::Map { .. }, _) => return Err(format!("name the entry: {path}[key]")),
        (_, Kind::Message(_)) if !is_text(plan, field) => {
            return Err(match field.shape {
                Shape::List { .. } => "a list of messages cannot be given in a query".to_owned(),
                _ => format!("name its fields one by one: {path}.field"),
            });
        }
        (Shape::Single { .. }, _) => alone(plan, &target, set)?,
        (Shape::List { .. }, _) => {}
    }
    put(plan, &target, value, input, out)?;
    set.push(target);
    Ok(())
}

/// A singular field is given once, and one member of a oneof at most, wherever in the message it stands.
fn alone(plan: &Plan, target: &Target, set: &[Target]) -> Result<(), String> {
    for other in set {
        if other == target {
            return Err("given more than once".to_owned());
        }
        let shared = target.iter().zip(other).take_while(|(one, two)| one == two).count();
        if let (Some((id, one)), Some((_, two))) = (target.get(shared), other.get(shared)) {
            let message = &plan.messages[*id];
            let oneof = |place: usize| match message.fields[place].shape {
                Shape::Single { oneof, .. } => oneof,
                _ => None,
            };
            if let Some(shared) = oneof(*one).filter(|oneof_place| oneof(*two) == Some(*oneof_place)) {
                let name = &message.oneof_names[shared as usize];
                return Err(format!("only one member of \"{name}\" may be given"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn urls_are_decoded_once_and_strictly() {
        assert_eq!(decode("a+b%2Bc%20d", true, false).unwrap(), "a b+c d");
        assert_eq!(decode("a+b", false, false).unwrap(), "a+b");
        assert_eq!(decode("a%2fb%20c%252F", false, true).unwrap(), "a%2fb c%2F");
        assert_eq!(decode("a%2Fb", false, false).unwrap(), "a/b");
        for bad in ["%", "%4", "%zz", "%ff", "%+1"] {
            assert_eq!(decode(bad, true, false), None, "{bad}");
        }
    }
}
