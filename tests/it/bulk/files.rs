//! Files as programs write them, and files that are none.

use http::Method;
use rollcall_tests::{Class, Kind, in_one_world, on_both_stores};
use tonic::Code;

use super::{Run, assert_faults, export, faults, import, imported, rows_of};

in_one_world!(take_what_spreadsheets_write, are_refused_with_the_place_of_each_fault, are_bounded, are_csv);
on_both_stores!(change_all_or_nothing, are_imported_side_by_side, hold_no_nul);

async fn take_what_spreadsheets_write(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let files = [
        "name,description\nM1,x\n",
        "\u{feff}name,description\r\nM2,x\r\n",
        "name;description\r\nM3;\"x, y; z\"\r\n",
        "\"Name\",\"Description\"\r\n\"M4\",\"two\r\nlines\"\r\n",
        "description,name\rx,M5\r",
        "\n\n name , DESCRIPTION \nM6,x\n\n,\n,\n",
        "name,description\nM7,\"say \"\"x\"\"\"",
    ];
    for file in files {
        assert_eq!(imported(&admin, "divisions", file).await, [1, 0, 0], "{file:?}");
        assert_eq!(imported(&admin, "divisions", file).await, [0, 0, 1], "{file:?}");
    }
    // Nothing but a header is a file without rows.
    assert_eq!(imported(&admin, "divisions", "name\n").await, [0, 0, 0]);
    let exported = rows_of(&export(&admin, "divisions").await);
    let description = |name: &str| exported.iter().find(|row| row[0] == name).expect("the row")[1].clone();
    assert_eq!((&*description("M3"), &*description("M7")), ("x, y; z", "say \"x\""));
    assert_eq!(description("M4"), "two\r\nlines");
}

/// In whatever cell it stands, also in one that something is looked up by.
async fn hold_no_nul(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let files = [
        ("users", "email,username,role\nm\0@riverside.example,M,STUDENT\n"),
        ("divisions", "name\nM\0\n"),
        ("enrolments", "division,student_email\nA\0,stranger@riverside.example\n"),
        ("access-points", "location,bssid,type\nRoom\0,00:00:5e:00:53:01,WIFI\n"),
        (
            "timetables",
            "division,teacher_email,location,subject,day_of_week,start_time,end_time\nA,t\0,R,S,MONDAY,09:00,10:00\n",
        ),
    ];
    for (kind, file) in files {
        let found = faults(&admin, kind, file).await;
        assert_eq!(found.len(), 1, "{kind}: {found:?}");
        assert!(found[0].0 == 2 && found[0].3.contains("NUL"), "{kind}: {found:?}");
    }
}

async fn are_refused_with_the_place_of_each_fault(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    // A file, and its faults: line, column, and a piece of what is said.
    type Case = (&'static str, &'static [(i64, &'static str, &'static str)]);
    let table: [Case; 11] = [
        ("", &[(1, "", "is empty")]),
        ("\u{feff}", &[(1, "", "is empty")]),
        ("description\nx\n", &[(1, "name", "is missing")]),
        ("name,colour\nA,red\n", &[(1, "colour", "is no column of this kind of rows: take name, description")]),
        ("name,Name\nA,B\n", &[(1, "name", "is column 1 already")]),
        ("name,description,\nA,B,\n", &[(1, "", "is no column of this kind of rows")]),
        ("name,description\nC\nD,x,y\nE,x\n", &[(2, "", "has 1 cells"), (3, "", "has 3 cells")]),
        // The lines are those of the file: cells have line breaks, and there are empty lines.
        ("name,description\r\nC,\"1\r\n2\r\n3\"\r\n\r\n,x\r\n", &[(6, "name", "is required")]),
        ("name,description\nC,\"x\nD,y\n", &[(2, "", "has a quotation mark that is not closed")]),
        ("name;description\n;x\n;y\n", &[(2, "name", "is required"), (3, "name", "is required")]),
        ("PK\u{3}\u{4}", &[(1, "", "is a workbook")]),
    ];
    for (file, expected) in table {
        assert_faults(&admin, "divisions", file, expected).await;
    }
    // Latin-1, as spreadsheets write it when they are not asked for UTF-8.
    let told = faults(&admin, "divisions", b"name,description\nC,caf\xe9\nD,x\n".to_vec()).await;
    assert_eq!((told.len(), told[0].0, told[0].1.as_str()), (1, 2, "description"));
    assert!(told[0].3.contains("UTF-8"), "{told:?}");
    assert_eq!(rows_of(&export(&admin, "divisions").await).len(), 2, "nothing was changed by any of them");
}

async fn are_bounded(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    // More faults than are told of.
    let csv = format!("name\n{}", format!("{}\n", "n".repeat(201)).repeat(1500));
    let told = import(&admin, "divisions", Run::Dry, csv.clone()).await.answer();
    assert_eq!((told["fault_count"].as_i64(), told["faults"].as_array().map(Vec::len)), (Some(1500), Some(1000)));
    assert_eq!(told["rows"].as_i64(), Some(1500));
    let refusal = import(&admin, "divisions", Run::Real, csv).await.refused();
    assert_eq!((refusal.told("fault_count"), refusal.violations.len()), ("1500", 32));
    // More rows than are taken.
    let rows: String = (0..50_001).map(|number| format!("N{number}\n")).collect();
    let told = import(&admin, "divisions", Run::Dry, format!("name\n{rows}")).await.answer();
    assert_eq!((told["fault_count"].as_i64(), told["faults"][0]["line"].as_i64()), (Some(1), Some(50_002)));
}

async fn are_csv(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    for media in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
        let request = rest.request(Method::POST, "/api/v1/imports/divisions").header("content-type", media);
        let refusal = rest.send(request.body("name\nC\n")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{media}");
        assert!(refusal.violations[0].1.contains("text/csv"), "{refusal:?}");
    }
    let request =
        rest.request(Method::POST, "/api/v1/imports/divisions").header("content-type", "Text/CSV; charset=utf-8");
    rest.send(request.body("name\nC\n")).await.answer();
    let request = rest.request(Method::POST, "/api/v1/imports/colours").header("content-type", "text/csv");
    let refusal = rest.send(request.body("name\nC\n")).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(rest.get("/api/v1/exports/colours").await.refused().reason, "INVALID_FIELD");
}

async fn change_all_or_nothing(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let header = "email,username,role\n";
    // The last of many rows is at fault.
    let rows: String = (0..2500).map(|number| format!("p{number}@riverside.example,P,STUDENT\n")).collect();
    let csv = format!("{header}{rows}nonsense,P,STUDENT\n");
    assert_faults(&admin, "users", &csv, &[(2502, "email", "must be an e-mail address")]).await;
    let rows_there = class.world.rows().await;
    let query = "SELECT COUNT(*) AS n FROM users WHERE username = 'P'";
    assert_eq!(rows_there.number(query).await, 0);
    let csv = format!("{header}{rows}");
    assert_eq!(imported(&admin, "users", &csv).await, [2500, 0, 0]);
    assert_eq!(rows_there.number(query).await, 2500);
}

async fn are_imported_side_by_side(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let csv: String = (0..500).map(|number| format!("p{number}@riverside.example,P,STUDENT\n")).collect();
    let csv = format!("email,username,role\n{csv}");
    // The same people are made once, whoever comes first.
    let (one, other) =
        tokio::join!(import(&admin, "users", Run::Real, csv.clone()), import(&admin, "users", Run::Real, csv.clone()));
    let created =
        [one.answer(), other.answer()].iter().map(|told| told["created"].as_i64().expect("a count")).sum::<i64>();
    assert_eq!(created, 500);
}
