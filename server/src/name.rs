//! Names: what people are shown and look for. One that looks like another has to be the same one, so a name has one form:
//! composed as Unicode's NFC has it, without white space around it and with single blanks within; and nothing in it is
//! invisible or turns what stands beside it around.
//!
//! The contract says which fields are names (`(rollcall.v1.is_name)`), and `contract/names.rs` brings them into this form
//! before anybody reads a request. Whoever takes names from elsewhere, such as a file, asks here.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::canonical_combining_class, is_nfc};

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
/// Of signs that kill a vowel, after which a joiner chooses between forms of the same letters (RFC 5892, A.1 and A.2).
const VIRAMA: u8 = 9;

/// What is wrong with a name that holds something invisible.
pub const FAULT: &str = "must not contain invisible characters or those that change the direction of writing";

/// The form that a name has.
pub fn normal(text: &str) -> Cow<'_, str> {
    let is_normal = is_nfc(text)
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.contains("  ")
        && !text.contains(|character: char| character.is_whitespace() && character != ' ');
    if is_normal {
        return Cow::Borrowed(text);
    }
    let words: Vec<_> = text.split_whitespace().collect();
    Cow::Owned(words.join(" ").nfc().collect())
}

/// Whether nothing in a name deceives the eye.
pub fn is_visible(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let is_seen = match character {
            ZERO_WIDTH_JOINER => before.is_some_and(is_virama),
            // Between letters of the Arabic script it keeps them apart, as Persian writes it.
            ZERO_WIDTH_NON_JOINER => {
                before.is_some_and(is_virama)
                    || before.is_some_and(is_arabic) && rest.peek().copied().is_some_and(is_arabic)
            }
            character => !is_invisible(character),
        };
        if !is_seen {
            return false;
        }
        before = Some(character);
    }
    true
}

/// Whether a text says nothing: there is only room in it, and what nobody sees.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace()
            || is_invisible(character)
            || matches!(character, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER)
    })
}

fn is_virama(character: char) -> bool {
    canonical_combining_class(character) == VIRAMA
}

const fn is_arabic(character: char) -> bool {
    matches!(character, '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}')
}

/// Formats, fillers and marks of direction: what leaves no trace of its own.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_form() {
        for (text, expected) in [
            ("Oak", "Oak"),
            ("  Oak ", "Oak"),
            ("Oak \t of\n\nthe  North", "Oak of the North"),
            ("Oak\u{a0}North\u{3000}\u{2003}", "Oak North"),
            (" \t\u{2028} ", ""),
            ("", ""),
            ("Ta\u{308}nne", "T\u{e4}nne"),
            ("\u{e4}", "\u{e4}"),
            // Hangul by its parts, and a sign that has another one as its form.
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("\u{212b}", "\u{c5}"),
            // What compatibility would take for the same is not: a room 2² is no room 22.
            ("2\u{b2}", "2\u{b2}"),
            ("\u{928}\u{93f}\u{92e}", "\u{928}\u{93f}\u{92e}"),
        ] {
            assert_eq!(normal(text), expected, "{text:?}");
            assert_eq!(normal(expected), expected, "{text:?}, twice");
        }
    }

    #[test]
    fn what_deceives_the_eye_is_found() {
        for (text, expected) in [
            ("", true),
            ("Oak North", true),
            ("\u{928}\u{940}\u{92e} \u{645}\u{631}\u{648}", true),
            ("Oak\u{200b}", false),
            ("\u{feff}Oak", false),
            ("Oak\u{2060}North", false),
            ("Oa\u{ad}k", false),
            ("\u{202e}kaO", false),
            ("Oak \u{2066}North\u{2069}", false),
            ("\u{200f}Oak", false),
            ("\u{3164}", false),
            ("\u{2800}", false),
            ("Oak\u{e0041}", false),
            // Joiners are letters' business where letters need them, and hide everywhere else.
            ("\u{d28}\u{d4d}\u{200d}", true),
            ("\u{915}\u{94d}\u{200c}\u{937}", true),
            ("\u{645}\u{6cc}\u{200c}\u{62e}\u{648}", true),
            ("\u{645}\u{200c}", false),
            ("Oa\u{200d}k", false),
            ("\u{200d}", false),
            ("Oa\u{200c}k", false),
        ] {
            assert_eq!(is_visible(text), expected, "{text:?}");
        }
    }
}
