//! Check-ins over gRPC.

use std::net::SocketAddr;

use rollcall_proto::v1::{CheckInRequest, Device, Position, check_in_service_client::CheckInServiceClient};
use tonic::{Request, transport::Channel};

use crate::{closed_loop::Caller, crowd::CheckIn};

pub struct Grpc(CheckInServiceClient<Channel>);

/// Callers on so many HTTP/2 connections, so many on each.
pub async fn connect(address: SocketAddr, connections: u32, in_flight: u32) -> anyhow::Result<Vec<Grpc>> {
    let mut callers = Vec::new();
    for _ in 0..connections {
        let channel = Channel::from_shared(format!("http://{address}"))?.connect().await?;
        callers.extend((0..in_flight).map(|_| Grpc(CheckInServiceClient::new(channel.clone()))));
    }
    Ok(callers)
}

impl Caller for Grpc {
    async fn check_in(&mut self, check_in: CheckIn<'_>) -> Result<(), String> {
        let mut request = Request::new(CheckInRequest {
            check_in_id: check_in.check_in_id,
            session_id: Some(check_in.session_id.to_owned()),
            qr_code: check_in.code,
            position: Some(Position {
                latitude: Some(check_in.latitude),
                longitude: Some(check_in.longitude),
                accuracy_meters: Some(check_in.accuracy_meters),
                mocked: false,
            }),
            device: Some(Device { device_id: check_in.device_id, ..Device::default() }),
            ..CheckInRequest::default()
        });
        let bearer = check_in.bearer.parse().map_err(|_| "the token is no header")?;
        request.metadata_mut().insert("authorization", bearer);
        match self.0.check_in(request).await {
            Ok(_) => Ok(()),
            Err(status) => Err(format!("{:?}: {}", status.code(), status.message())),
        }
    }
}
