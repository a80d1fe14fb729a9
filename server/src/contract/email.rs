//! What an e-mail address may look like.

use crate::name;

/// Why a text is no e-mail address that is taken, to be read after the name of the field; none where nothing is wrong.
///
/// One `@` with something on both sides, and nothing that cannot be seen: two addresses that look alike would be two
/// accounts. Whether mail arrives is another question.
pub fn email_fault(text: &str) -> Option<&'static str> {
    if !name::is_visible(text) {
        return Some(
            "must not contain invisible characters or those that change the direction of writing: type the address \
             instead of pasting it",
        );
    }
    let has_form = text.split_once('@').is_some_and(|(local, domain)| {
        let is_blank = |character: char| character.is_whitespace() || character.is_control();
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(is_blank)
    });
    (!has_form).then_some("must be an e-mail address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_can_be_seen() {
        // (the address, a piece of what is wrong with it)
        for (text, expected) in [
            ("oak@riverside.example", None),
            ("o.a-k+1@mail.riverside.example", None),
            ("o@localhost", None),
            ("\u{f6}\u{e4}k@b\u{fc}cher.example", None),
            ("\u{928}\u{940}\u{92e}@riverside.example", None),
            ("\u{645}\u{631}\u{648}@riverside.example", None),
            ("", Some("must be an e-mail address")),
            ("oak", Some("must be an e-mail address")),
            ("@riverside.example", Some("must be an e-mail address")),
            ("oak@", Some("must be an e-mail address")),
            ("oak@north@riverside.example", Some("must be an e-mail address")),
            ("oak @riverside.example", Some("must be an e-mail address")),
            ("oak@riverside.example\n", Some("must be an e-mail address")),
            ("oak\u{a0}north@riverside.example", Some("must be an e-mail address")),
            ("oak\u{7}@riverside.example", Some("must be an e-mail address")),
            ("oak\u{7f}@riverside.example", Some("must be an e-mail address")),
            // Invisible, at every place.
            ("\u{200b}oak@riverside.example", Some("type the address")),
            ("oa\u{200b}k@riverside.example", Some("type the address")),
            ("oak\u{ad}@riverside.example", Some("type the address")),
            ("oak@\u{2060}riverside.example", Some("type the address")),
            ("oak@riverside.example\u{feff}", Some("type the address")),
            ("oa\u{200d}k@riverside.example", Some("type the address")),
            ("oa\u{200c}k@riverside.example", Some("type the address")),
            ("oak\u{fe0f}@riverside.example", Some("type the address")),
            ("oak\u{e0041}@riverside.example", Some("type the address")),
            ("\u{3164}@riverside.example", Some("type the address")),
            // Every one that turns writing around.
            ("oak\u{61c}@riverside.example", Some("type the address")),
            ("oak\u{200e}@riverside.example", Some("type the address")),
            ("oak\u{200f}@riverside.example", Some("type the address")),
            ("oak\u{202a}@riverside.example", Some("type the address")),
            ("oak\u{202b}@riverside.example", Some("type the address")),
            ("oak\u{202c}@riverside.example", Some("type the address")),
            ("oak\u{202d}@riverside.example", Some("type the address")),
            ("\u{202e}elpmaxe.edisrevir@kao", Some("type the address")),
            ("oak\u{2066}@riverside.example", Some("type the address")),
            ("oak\u{2067}@riverside.example", Some("type the address")),
            ("oak\u{2068}@riverside.example", Some("type the address")),
            ("oak\u{2069}@riverside.example", Some("type the address")),
        ] {
            let found = email_fault(text);
            assert_eq!(found.is_some(), expected.is_some(), "{text:?}: {found:?}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{text:?}: {found:?}");
        }
    }
}
