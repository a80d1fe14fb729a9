//! Text that is searched for means itself.

/// What stands before a character that would mean something to LIKE.
pub const ESCAPE: char = '\\';

/// A pattern of LIKE for texts that have this one in them.
pub fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_means_anything_else() {
        for (text, pattern) in [
            ("", "%%"),
            ("maple", "%maple%"),
            ("100%", r"%100\%%"),
            ("a_b", r"%a\_b%"),
            (r"a\b", r"%a\\b%"),
            (r"\%", r"%\\\%%"),
        ] {
            assert_eq!(containing(text), pattern, "{text}");
        }
    }
}
