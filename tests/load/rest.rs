//! Check-ins over REST: JSON over HTTP/1.1, one kept connection a caller.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::{closed_loop::Caller, crowd::CheckIn, http1::Connection};

pub struct Rest {
    address: SocketAddr,
    connection: Connection,
}

pub async fn connect(address: SocketAddr, connections: u32) -> anyhow::Result<Vec<Rest>> {
    let opened = Connection::open_all(address, connections).await?;
    Ok(opened.into_iter().map(|connection| Rest { address, connection }).collect())
}

impl Caller for Rest {
    async fn check_in(&mut self, check_in: CheckIn<'_>) -> Result<(), String> {
        let body = json!({
            "check_in_id": check_in.check_in_id,
            "session_id": check_in.session_id,
            "qr_code": check_in.code,
            "position": {
                "latitude": check_in.latitude,
                "longitude": check_in.longitude,
                "accuracy_meters": check_in.accuracy_meters,
            },
            "device": {"device_id": check_in.device_id},
        })
        .to_string();
        let request = format!(
            "POST /api/v1/attendance/mark HTTP/1.1\r\nhost: {}\r\nauthorization: {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            check_in.bearer,
            body.len(),
        );
        let answer = self.connection.send(request.as_bytes()).await.map_err(|error| format!("{error:#}"))?;
        if answer.status == 200 {
            return Ok(());
        }
        let problem: Value = serde_json::from_slice(answer.body).unwrap_or_default();
        Err(format!("{}: {}", answer.status, problem["reason"].as_str().unwrap_or("no reason")))
    }
}
