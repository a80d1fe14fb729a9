//! The tokens of JSON (RFC 8259), from text that is known to be UTF-8.
//!
//! A lexer of our own, because numbers must stay text until their field is known (an int64 must never pass through a
//! double) and because `Any` needs to look ahead for its type and come back.

use std::borrow::Cow;

use super::{MAX_DEPTH, Refusal};

type Result<T> = std::result::Result<T, Box<Refusal>>;

/// What stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

impl Next {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Next::Object => "an object",
            Next::Array => "a list",
            Next::String => "a string",
            Next::Number => "a number",
            Next::Bool => "a boolean",
            Next::Null => "null",
        }
    }
}

/// A position in a JSON text. Cloning it is looking ahead.
#[derive(Clone)]
pub(crate) struct Lexer<'j> {
    text: &'j str,
    at: usize,
    depth: usize,
}

impl<'j> Lexer<'j> {
    pub(crate) fn new(text: &'j str) -> Self {
        Lexer { text, at: 0, depth: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    fn fault<T>(&self, what: &str) -> Result<T> {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Err(Refusal::malformed(format!("{what} at line {line}, column {column}")))
    }

    pub(crate) fn peek(&mut self) -> Result<Next> {
        match self.skip_space() {
            Some(b'{') => Ok(Next::Object),
            Some(b'[') => Ok(Next::Array),
            Some(b'"') => Ok(Next::String),
            Some(b'-' | b'0'..=b'9') => Ok(Next::Number),
            Some(b't' | b'f') => Ok(Next::Bool),
            Some(b'n') => Ok(Next::Null),
            Some(_) => self.fault("unexpected character"),
            None => self.fault("unexpected end of the document"),
        }
    }

    /// Nothing but space may follow the document.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self.skip_space() {
            None => Ok(()),
            Some(_) => self.fault("unexpected text after the document"),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<()> {
        if self.skip_space() != Some(bracket) {
            return self.fault("unexpected character");
        }
        if self.depth == MAX_DEPTH {
            return self.fault(&format!("nested more than {MAX_DEPTH} levels deep"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    pub(crate) fn open_object(&mut self) -> Result<()> {
        self.open(b'{')
    }

    pub(crate) fn open_array(&mut self) -> Result<()> {
        self.open(b'[')
    }

    /// The next key of the object that was opened, or `None` at its end.
    pub(crate) fn key(&mut self, first: &mut bool) -> Result<Option<Cow<'j, str>>> {
        if !self.more(b'}', first)? {
            return Ok(None);
        }
        if self.skip_space() != Some(b'"') {
            return self.fault("expected a quoted key");
        }
        let key = self.string()?;
        if self.skip_space() != Some(b':') {
            return self.fault("expected a colon");
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether the array that was opened has another element.
    pub(crate) fn element(&mut self, first: &mut bool) -> Result<bool> {
        self.more(b']', first)
    }

    fn more(&mut self, end: u8, first: &mut bool) -> Result<bool> {
        match self.skip_space() {
            Some(byte) if byte == end => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(b',') if !*first => {
                self.at += 1;
                match self.skip_space() {
                    Some(byte) if byte == end => self.fault("a comma without a value after it"),
                    _ => Ok(true),
                }
            }
            Some(_) if *first => {
                *first = false;
                Ok(true)
            }
            Some(_) => self.fault("expected a comma or the end"),
            None => self.fault("unexpected end of the document"),
        }
    }

    pub(crate) fn null(&mut self) -> Result<()> {
        self.word("null")
    }

    pub(crate) fn boolean(&mut self) -> Result<bool> {
        let value = self.byte() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    fn word(&mut self, word: &str) -> Result<()> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.fault("unexpected character");
        }
        self.at += word.len();
        Ok(())
    }

    /// A number, as it is written.
    pub(crate) fn number(&mut self) -> Result<&'j str> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.fault("expected a digit"),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        if matches!(self.byte(), Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'_')) {
            return self.fault("not a number");
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<()> {
        let start = self.at;
        self.digits();
        if self.at == start { self.fault("expected a digit") } else { Ok(()) }
    }

    /// A string, borrowed when it holds no escape.
    pub(crate) fn string(&mut self) -> Result<Cow<'j, str>> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.byte() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'\\') => return self.escaped(start).map(Cow::Owned),
                Some(0..=0x1f) => return self.fault("a control character inside a string"),
                Some(_) => self.at += 1,
                None => return self.fault("unexpected end of the document"),
            }
        }
    }

    fn escaped(&mut self, start: usize) -> Result<String> {
        let mut text = self.text[start..self.at].to_owned();
        let mut plain = self.at;
        loop {
            match self.byte() {
                Some(b'"') => {
                    text.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    text.push(self.escape()?);
                    plain = self.at;
                }
                Some(0..=0x1f) => return self.fault("a control character inside a string"),
                Some(_) => self.at += 1,
                None => return self.fault("unexpected end of the document"),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let Some(byte) = self.byte() else { return self.fault("unexpected end of the document") };
        self.at += 1;
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.fault("an unknown escape"),
        })
    }

    fn unicode(&mut self) -> Result<char> {
        let high = self.hex()?;
        let code = match high {
            0xd800..=0xdbff => {
                if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                    return self.fault("half of a surrogate pair");
                }
                self.at += 2;
                let low = self.hex()?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return self.fault("half of a surrogate pair");
                }
                0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
            }
            code => code,
        };
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.fault("half of a surrogate pair"),
        }
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).unwrap_or_default();
        let mut code = 0;
        for digit in digits {
            let Some(value) = (*digit as char).to_digit(16) else { return self.fault("expected four hex digits") };
            code = code * 16 + value;
        }
        if digits.len() < 4 {
            return self.fault("expected four hex digits");
        }
        self.at += 4;
        Ok(code)
    }

    /// Passes over a value and checks its syntax all the same.
    pub(crate) fn skip(&mut self) -> Result<()> {
        match self.peek()? {
            Next::Object => {
                self.open_object()?;
                let mut first = true;
                while self.key(&mut first)?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            Next::Array => {
                self.open_array()?;
                let mut first = true;
                while self.element(&mut first)? {
                    self.skip()?;
                }
                Ok(())
            }
            Next::String => self.string().map(drop),
            Next::Number => self.number().map(drop),
            Next::Bool => self.boolean().map(drop),
            Next::Null => self.null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        let mut lexer = Lexer::new(text);
        lexer.skip().and_then(|()| lexer.finish()).is_ok()
    }

    #[test]
    fn syntax_is_that_of_the_standard() {
        for good in ["{}", " [1, -0.5e+3 , \"a\\u00e9\\ud83d\\ude00\"] ", "null", "{\"a\":{\"b\":[]}}", "0", "-0"] {
            assert!(accepts(good), "{good}");
        }
        for bad in [
            "",
            "{",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "nul",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\n\"",
            "[1 2]",
            "{} {}",
            "1x",
            "NaN",
            "'a'",
            "[1}",
            "/**/1",
        ] {
            assert!(!accepts(bad), "{bad}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(accepts(&format!("{}{}", "[".repeat(64), "]".repeat(64))));
        assert!(!accepts(&format!("{}{}", "[".repeat(65), "]".repeat(65))));
        assert!(!accepts(&"[".repeat(20_000)));
    }

    #[test]
    fn strings_are_borrowed_unless_escaped() {
        assert!(matches!(Lexer::new("\"plain\"").string(), Ok(Cow::Borrowed("plain"))));
        assert_eq!(Lexer::new("\"a\\n\\u0041\\\"b\"").string().unwrap(), "a\nA\"b");
    }
}
