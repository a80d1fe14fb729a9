//! How large a file may be: just as large as the contract says, and no byte larger, whatever it is called by.

use std::convert::Infallible;

use futures_util::stream;
use http::Method;
use reqwest::Body;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{
        ImportCalendarEntriesRequest, ImportLocationsRequest, ImportRowsRequest, RowKind,
        bulk_service_client::BulkServiceClient,
    },
};
use rollcall_tests::{Class, Kind, Refusal, actor::Actor, in_one_world};
use serde_json::json;
use tonic::{Code, Status};

in_one_world!(may_be_as_large_as_they_are_said_to, have_room_for_what_stands_beside_them);

/// A kind of file.
struct Import {
    path: &'static str,
    media_type: &'static str,
    limit: usize,
    /// What makes one thing.
    file: &'static str,
    /// What may stand at its end, however often.
    padding: u8,
}

const IMPORTS: [Import; 3] = [
    Import {
        path: "/api/v1/imports/divisions",
        media_type: "text/csv",
        limit: 8 << 20,
        file: "name\nOak\n",
        padding: b'\n',
    },
    Import {
        path: "/api/v1/locations:import",
        media_type: "application/geo+json",
        limit: 8 << 20,
        file: r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Oak"},
            "geometry": {"type": "Point", "coordinates": [77.5, 12.9]}}]}"#,
        padding: b' ',
    },
    Import {
        path: "/api/v1/calendar/entries:import",
        media_type: "text/calendar",
        limit: 1 << 20,
        file: "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Off\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n",
        padding: b'\n',
    },
];

impl Import {
    /// One of so many bytes.
    fn of(&self, bytes: usize) -> Vec<u8> {
        let mut file = self.file.as_bytes().to_vec();
        file.resize(bytes, self.padding);
        file
    }

    /// How many things a dry run over gRPC would make.
    async fn call(&self, admin: &Actor, media_type: &str, data: Vec<u8>) -> Result<i32, Status> {
        let file = Some(HttpBody { content_type: media_type.to_owned(), data: data.into(), ..Default::default() });
        let dry_run = true;
        Ok(match self.media_type {
            "text/csv" => {
                let request =
                    ImportRowsRequest { kind: RowKind::Divisions.into(), dry_run, file, ..Default::default() };
                BulkServiceClient::new(admin.wire()).import_rows(request).await?.into_inner().created
            }
            "text/calendar" => {
                let request = ImportCalendarEntriesRequest { dry_run, file, ..Default::default() };
                admin.calendar().import_calendar_entries(request).await?.into_inner().created
            }
            _ => {
                let request = ImportLocationsRequest { dry_run, file };
                admin.geofences().import_locations(request).await?.into_inner().created
            }
        })
    }
}

#[track_caller]
fn assert_too_large(import: &Import, answer: Result<i32, Status>) {
    let refusal = Refusal::from(&answer.expect_err("too large"));
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "REQUEST_TOO_LARGE"), "{}", import.path);
    assert_eq!(refusal.told("max_request_bytes"), import.limit.to_string(), "{}", import.path);
}

async fn may_be_as_large_as_they_are_said_to(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let rest = admin.rest();
    for import in &IMPORTS {
        let send = async |bytes: usize| {
            let path = format!("{}?dry_run=true", import.path);
            let request = rest.request(Method::POST, &path).header("content-type", import.media_type);
            // Without its length before it, which would have it refused before it is sent, and the sending fail.
            let body = stream::iter([Ok::<_, Infallible>(import.of(bytes))]);
            rest.send(request.body(Body::wrap_stream(body))).await
        };
        let told = send(import.limit).await.answer();
        assert_eq!((&told["created"], &told["fault_count"]), (&json!(1), &json!(0)), "{}: {told}", import.path);
        let larger = send(import.limit + 1).await;
        assert_eq!((larger.status, &larger.body["reason"]), (413, &json!("BODY_TOO_LARGE")), "{}", import.path);

        let created = import.call(&admin, import.media_type, import.of(import.limit)).await;
        assert_eq!(created.ok(), Some(1), "{}", import.path);
        assert_too_large(import, import.call(&admin, import.media_type, import.of(import.limit + 1)).await);
    }
}

async fn have_room_for_what_stands_beside_them(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    for import in &IMPORTS {
        let described = |bytes: usize| format!("{}; note=\"{}\"", import.media_type, "x".repeat(bytes));
        let created = import.call(&admin, &described(15 << 10), import.of(import.limit)).await;
        assert_eq!(created.ok(), Some(1), "{}", import.path);
        // What stands beside a file is no second one, however short the first one is.
        for bytes in [import.limit, import.file.len()] {
            assert_too_large(import, import.call(&admin, &described(16 << 10), import.of(bytes)).await);
        }
    }
}
