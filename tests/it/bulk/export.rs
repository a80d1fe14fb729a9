//! Exports.

use rollcall_proto::v1::ListAuditRowsRequest;
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores, rest::Reply};
use serde_json::json;

use super::{export, imported, rows_of, two_colleges};

on_both_stores!(give_what_an_import_leaves_unchanged, show_one_college_and_no_hash, go_on_over_pages);

const KINDS: [&str; 6] = ["users", "divisions", "enrolments", "locations", "access-points", "timetables"];

async fn give_what_an_import_leaves_unchanged(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let admin = class.admin();
    let csv = "bssid,location,type,ssid,min_rssi_dbm\n0a:5b:6c:7d:8e:9f,Room 101,WIFI,\"Cam,pus\",-70\n";
    imported(&admin, "access-points", csv).await;
    let csv = "division,day_of_week,start_time,end_time,teacher_email,location,subject\n\
               A,1,09:00,10:00,teacher@riverside.example,Room 101,Compilers\n";
    imported(&admin, "timetables", csv).await;
    let csv =
        "email,username,role,is_active\nstudent002@riverside.example,\"say \"\"hello\"\", world\",STUDENT,false\n";
    imported(&admin, "users", csv).await;
    for (of, rows) in KINDS.into_iter().zip([7, 2, 3, 1, 1, 1]) {
        let csv = export(&admin, of).await;
        assert_eq!(rows_of(&csv).len(), rows, "{csv}");
        assert_eq!(imported(&admin, of, &csv).await, [0, 0, i64::try_from(rows).expect("a number")], "{csv}");
        assert_eq!(export(&admin, of).await, csv);
    }
}

async fn show_one_college_and_no_hash(kind: Kind) {
    let (class, other) = two_colleges(kind, 2).await;
    let admin = class.admin();
    for of in KINDS {
        let csv = export(&admin, of).await;
        assert!(!csv.contains("hillside") && !csv.contains("$argon2") && !csv.contains("password"), "{csv}");
    }
    let theirs = class.world.actor(&other.admin);
    assert!(!export(&theirs, "users").await.contains("riverside"));
    let request = ListAuditRowsRequest { action: "rows.exported".to_owned(), ..Default::default() };
    let rows = admin.audit().list_audit_rows(request).await.answer().audit_rows;
    assert_eq!(rows.len(), KINDS.len(), "each export leaves a row, in its college");
    let detail = |reply: Reply| reply.answer()["audit_rows"][0]["detail"].clone();
    let newest = admin.rest().get("/api/v1/audit?action=rows.exported&page_size=1").await;
    assert_eq!(detail(newest), json!({"kind": "timetables"}));
}

async fn go_on_over_pages(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let people: String =
        (0..2345).map(|number| format!("p{number:05}@riverside.example,P{number},STUDENT\n")).collect();
    imported(&admin, "users", &format!("email,username,role\n{people}")).await;
    let enrolments: String = (0..2345)
        .map(|number| {
            format!("{},p{number:05}@riverside.example,2030-01-01\n", if number % 2 == 0 { "A" } else { "B" })
        })
        .collect();
    imported(&admin, "enrolments", &format!("division,student_email,from_date\n{enrolments}")).await;
    for (of, key) in [("users", 0), ("enrolments", 1)] {
        let mut rows: Vec<_> = rows_of(&export(&admin, of).await).into_iter().map(|row| row[key].clone()).collect();
        rows.retain(|email| email.starts_with('p'));
        rows.sort();
        let expected: Vec<_> = (0..2345).map(|number| format!("p{number:05}@riverside.example")).collect();
        assert_eq!(rows, expected, "{of}");
    }
}
