//! Comments of the protos as CommonMark.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FileDescriptor};

/// The leading comments of all symbols, by file and by the path of the symbol in it.
pub(super) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    pub(super) fn read(pool: &DescriptorPool) -> Comments {
        let mut comments = HashMap::new();
        for file in pool.files() {
            let Some(info) = &file.file_descriptor_proto().source_code_info else { continue };
            for location in &info.location {
                let text = clean(location.leading_comments());
                if !text.is_empty() {
                    comments.insert((file.name().to_owned(), location.path.clone()), text);
                }
            }
        }
        Comments(comments)
    }

    /// The comment of a symbol, empty where it has none.
    pub(super) fn of(&self, file: &FileDescriptor, path: &[i32]) -> &str {
        self.0.get(&(file.name().to_owned(), path.to_vec())).map_or("", String::as_str)
    }
}

/// A comment without the blank that follows each `//`, and without lines that speak to linters.
fn clean(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.filter(|line| !line.starts_with("buf:lint:")).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first sentence, without its full stop, and what follows it.
pub(super) fn split(comment: &str) -> (String, &str) {
    let paragraph = comment.split("\n\n").next().unwrap_or_default();
    // A full stop inside "e.g. this" is followed by a small letter.
    let end = paragraph.match_indices('.').map(|(at, _)| at).find(|at| {
        let rest = &paragraph[at + 1..];
        rest.is_empty() || (rest.starts_with([' ', '\n']) && !rest.trim_start().starts_with(char::is_lowercase))
    });
    let (sentence, rest) = match end {
        Some(at) => (&comment[..at], &comment[at + 1..]),
        None => comment.split_at(paragraph.len()),
    };
    (sentence.split_whitespace().collect::<Vec<_>>().join(" "), rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_a_first_sentence() {
        for (comment, sentence, rest) in [
            ("Gives a shelf.", "Gives a shelf", ""),
            ("Gives a shelf", "Gives a shelf", ""),
            ("Gives a\nshelf. Or none.", "Gives a shelf", "Or none."),
            ("Gives a shelf, e.g. the first. Or\nnone.", "Gives a shelf, e.g. the first", "Or\nnone."),
            ("Version 1.2 of it. More.", "Version 1.2 of it", "More."),
            ("Gives a shelf.\n\nRefusals: none.", "Gives a shelf", "Refusals: none."),
            ("Gives a shelf\n\nRefusals: none.", "Gives a shelf", "Refusals: none."),
            ("", "", ""),
        ] {
            assert_eq!(split(comment), (sentence.to_owned(), rest), "{comment}");
        }
    }

    #[test]
    fn comments_lose_what_is_not_for_readers() {
        assert_eq!(clean(" One.\n buf:lint:ignore X\n\n   indented\n"), "One.\n\n  indented");
    }
}
