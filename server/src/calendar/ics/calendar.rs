//! What is inside what: the events of a file, each with the properties that are of use here.

use super::{Fault, lines::Line};

const MAX_EVENTS: usize = 1_000;
/// The properties that are read. Others may hold what they like.
const READ: &[&str] =
    &["DTSTART", "DTEND", "DURATION", "SUMMARY", "UID", "STATUS", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"];

/// An event, and the line that it begins on.
#[derive(Debug)]
pub struct Component {
    pub line: usize,
    pub properties: Vec<Property>,
}

/// A property whose value is unescaped if it is text.
#[derive(Debug)]
pub struct Property {
    pub line: usize,
    pub name: &'static str,
    pub value: String,
    pub parameters: Vec<(String, String)>,
}

impl Property {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Every VEVENT that stands directly in a VCALENDAR.
pub fn events(lines: &[Line]) -> Result<Vec<Component>, Fault> {
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut events: Vec<Component> = Vec::new();
    if lines.is_empty() {
        return Err(Fault::new(1, "should begin an iCalendar file with BEGIN:VCALENDAR, and the file is empty"));
    }
    for line in lines {
        let (name, value) = parts(line)?;
        match name.as_str() {
            "BEGIN" => {
                if open.is_empty() && value != "VCALENDAR" {
                    return Err(no_calendar(line));
                }
                if open.len() == 1 && value == "VEVENT" {
                    if events.len() == MAX_EVENTS {
                        return Err(Fault::new(line.number, format!("begins more than {MAX_EVENTS} events")));
                    }
                    events.push(Component { line: line.number, properties: Vec::new() });
                }
                open.push((value, line.number));
            }
            "END" => match open.pop() {
                Some((begun, _)) if begun == value => {}
                Some((begun, on)) => {
                    return Err(Fault::new(line.number, format!("ends {value:?}, but line {on} begins {begun:?}")));
                }
                None => return Err(Fault::new(line.number, "ends what has not begun")),
            },
            _ if open.is_empty() => return Err(no_calendar(line)),
            _ => {
                let in_event = matches!(open.as_slice(), [_, (inner, _)] if inner == "VEVENT");
                let wanted = READ.iter().find(|read| **read == name).filter(|_| in_event);
                if let (Some(name), Some(event)) = (wanted, events.last_mut()) {
                    event.properties.push(property(line, name)?);
                }
            }
        }
    }
    match open.pop() {
        Some((name, line)) => Err(Fault::new(line, format!("begins {name:?}, which never ends: the file breaks off"))),
        None => Ok(events),
    }
}

fn no_calendar(line: &Line) -> Fault {
    Fault::new(line.number, "stands outside of a calendar: an iCalendar file begins with BEGIN:VCALENDAR")
}

/// The name before the parameters and the value, both as they are compared. Names have no case.
fn parts(line: &Line) -> Result<(String, String), Fault> {
    let end = line.text.find([':', ';']).filter(|_| line.text.contains(':'));
    let name = end
        .map(|end| &line.text[..end])
        .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let Some(name) = name else {
        return Err(Fault::new(line.number, "is no line of an iCalendar file: NAME:VALUE is expected"));
    };
    let value = line.text[name.len() + 1..].trim().to_ascii_uppercase();
    Ok((name.to_ascii_uppercase(), value))
}

fn property(line: &Line, name: &'static str) -> Result<Property, Fault> {
    let read = icalendar::parser::Property::try_from(line.text.as_str());
    let read = read.map_err(|_| Fault::new(line.number, format!("is no {name} that can be read")))?;
    let parameters = read.params.iter().map(|parameter| {
        let value = parameter.val.as_ref().map(|value| value.as_str().trim_matches('"').to_owned());
        (parameter.key.as_str().to_owned(), value.unwrap_or_default())
    });
    Ok(Property { line: line.number, name, value: read.val.as_str().to_owned(), parameters: parameters.collect() })
}
