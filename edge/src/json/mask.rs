//! The field mask that a PATCH without one means: the fields that its body names.

use super::lex::{Lexer, Next};
use super::read::Result;
use crate::plan::{Kind, Known, MessageId, Plan, Shape};

/// The paths, in proto names, of the leaves in a JSON object that was read as `id` before. Lists, maps and types with a
/// JSON form of their own are leaves; an empty object is one too, as it sets the message.
pub(crate) fn paths(plan: &Plan, id: MessageId, json: &str) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut lex = Lexer::new(json);
    if lex.peek()? == Next::Object {
        collect(plan, id, &mut lex, "", &mut paths)?;
    }
    Ok(paths)
}

fn collect(plan: &Plan, id: MessageId, lex: &mut Lexer<'_>, prefix: &str, paths: &mut Vec<String>) -> Result<()> {
    lex.open_object()?;
    let message = &plan.messages[id];
    let (mut first, before) = (true, paths.len());
    while let Some(key) = lex.key(&mut first)? {
        let Some(place) = message.place_of_name(&key) else {
            lex.skip()?;
            continue;
        };
        let field = &message.fields[place];
        let path = if prefix.is_empty() { field.name.to_string() } else { format!("{prefix}.{}", field.name) };
        let inner = match (field.kind, field.shape) {
            (Kind::Message(inner), Shape::Single { .. }) if plan.messages[inner].known == Known::No => Some(inner),
            _ => None,
        };
        match inner {
            Some(inner) if lex.peek()? == Next::Object => collect(plan, inner, lex, &path, paths)?,
            _ => {
                lex.skip()?;
                paths.push(path);
            }
        }
    }
    if paths.len() == before && !prefix.is_empty() {
        paths.push(prefix.to_owned());
    }
    Ok(())
}
