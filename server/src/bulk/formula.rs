//! Text that a spreadsheet would take for a formula. Whoever opens an export in one must not run what somebody has put into
//! a name, so such text gets an apostrophe before it, which makes it text for spreadsheets. An import takes that one
//! apostrophe off again; the rule looks past apostrophes that are there already, so that no text changes on its way.
//!
//! The files have commas between cells. A spreadsheet that was told otherwise splits them at semicolons or tabs, and then what
//! follows one within a text begins a cell: the rule holds there too.

/// What begins a formula, in ASCII and in the full-width forms that some spreadsheets take for the same, and white space that
/// others skip.
const TRIGGERS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
/// What stands between cells for a spreadsheet that was told so.
const SEPARATORS: [char; 2] = [';', '\t'];
const MARK: char = '\'';

/// The text as a cell.
pub fn neutralise(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(SEPARATORS) {
        if is_formula(part) {
            cell.push(MARK);
        }
        cell.push_str(part);
    }
    cell
}

/// The text that a cell means.
pub fn restore(cell: &str) -> String {
    let text = |part| match is_formula(part) {
        true => part.strip_prefix(MARK).unwrap_or(part),
        false => part,
    };
    cell.split_inclusive(SEPARATORS).map(text).collect()
}

/// Whether a part begins a formula, perhaps behind apostrophes.
fn is_formula(part: &str) -> bool {
    part.trim_start_matches(MARK).starts_with(TRIGGERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_none_changes() {
        let table = [
            ("", ""),
            ("Maple", "Maple"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("\0=1", "'\0=1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A", "'＠A"),
            // Text that looks as if it were neutralised already.
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'Maple", "'Maple"),
            ("'", "'"),
            ("a=1", "a=1"),
            // What begins a cell where the file is split at something else.
            ("x;=HYPERLINK(A1)", "x;'=HYPERLINK(A1)"),
            ("x\t@A1", "x\t'@A1"),
            ("=1;=2;3;-4", "'=1;'=2;3;'-4"),
            ("x;'=1", "x;''=1"),
            ("x;;=1", "x;;'=1"),
            ("x;\t=1", "x;'\t'=1"),
            ("x;＝1", "x;'＝1"),
            ("x; y; 'z;", "x; y; 'z;"),
            ("x,=1", "x,=1"),
        ];
        for (text, cell) in table {
            assert_eq!(neutralise(text), cell, "{text:?}");
            assert_eq!(restore(cell), text, "{cell:?}");
            assert!(cell.split(SEPARATORS).all(|part| !part.starts_with(TRIGGERS)), "{cell:?}");
        }
        // Typed by hand, without the apostrophe.
        assert_eq!(restore("=1;=2"), "=1;=2");
    }
}
