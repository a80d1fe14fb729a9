//! Text that a spreadsheet would take for a formula. Whoever opens an export in one must not run what somebody has put into
//! a name, so such text gets an apostrophe before it, which makes it text for spreadsheets. An import takes that one
//! apostrophe off again; the rule looks past apostrophes that are there already, so that no text changes on its way.

/// What begins a formula, in ASCII and in the full-width forms that some spreadsheets take for the same, and white space that
/// others skip.
const TRIGGERS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
const MARK: char = '\'';

/// The text as a cell.
pub fn neutralise(text: &str) -> String {
    match text.trim_start_matches(MARK).starts_with(TRIGGERS) {
        true => format!("{MARK}{text}"),
        false => text.to_owned(),
    }
}

/// The text that a cell means.
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix(MARK).filter(|rest| rest.trim_start_matches(MARK).starts_with(TRIGGERS)).unwrap_or(cell)
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
            ("\t=1", "'\t=1"),
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
        ];
        for (text, cell) in table {
            assert_eq!(neutralise(text), cell, "{text:?}");
            assert_eq!(restore(cell), text, "{cell:?}");
            assert!(!neutralise(text).starts_with(TRIGGERS));
        }
        // Typed by hand, without the apostrophe.
        assert_eq!(restore("=1"), "=1");
    }
}
