//! The three calls that proxies are measured at.

use clap::ValueEnum;
use serde_json::json;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Call {
    /// GET of one record
    Get,
    /// POST of a check-in, which comes back
    CheckIn,
    /// GET of fifty records
    List,
}

impl Call {
    pub const ALL: [Self; 3] = [Self::Get, Self::CheckIn, Self::List];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET of a record",
            Self::CheckIn => "POST of a check-in",
            Self::List => "GET of a list of 50",
        }
    }

    /// What the edge's CPU for each request may at most be, as a share of Envoy's.
    pub const fn target(self) -> f64 {
        match self {
            Self::Get | Self::CheckIn => 0.7,
            Self::List => 0.4,
        }
    }

    /// The whole request, with the headers that a client on a phone sends.
    pub fn request(self, bearer: &str) -> Vec<u8> {
        let (line, body) = match self {
            Self::Get => ("GET /api/v1/attendance/records/01936b1e-0000-7000-8000-00000000002a", None),
            Self::List => ("GET /api/v1/attendance/records?page_size=50", None),
            Self::CheckIn => ("POST /api/v1/attendance/mark", Some(check_in())),
        };
        let mut request = format!(
            "{line} HTTP/1.1\r\nhost: rollcall.example\r\nuser-agent: rollcall-load\r\naccept: application/json\r\n\
             authorization: Bearer {bearer}\r\n"
        );
        if let Some(body) = &body {
            request += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        request += "\r\n";
        request.extend(body);
        request.into_bytes()
    }
}

fn check_in() -> String {
    json!({
        "check_in_id": "01936b1e-0000-7000-8000-000000000004",
        "session_id": "01936b1e-0000-7000-8000-000000000002",
        "qr_code": "R1AZNrHgAAcACAAAAAAAAAAgQAAAABAAAAAAAAAAAAAAAAAAAA",
        "position": {"latitude": 12.97005, "longitude": 77.58995, "accuracy_meters": 8.5},
        "device": {"device_id": "phone-0000001"},
    })
    .to_string()
}
