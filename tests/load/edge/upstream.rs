//! What both proxies have behind them: the services of the contract with fixed answers, in a thread of this process.

use std::{net::SocketAddr, sync::Arc};

use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, Evidence, GetRecordRequest, ListMyRecordsRequest, ListMyRecordsResponse,
    ListRecordChangesRequest, ListRecordChangesResponse, ListRecordsRequest, ListRecordsResponse, MarkRecordsRequest,
    MarkRecordsResponse, UpdateRecordRequest,
    attendance_record::{Status as Attended, VerificationMethod},
    check_in_service_server::{CheckInService, CheckInServiceServer},
    evidence::{Factor, Verdict},
    record_service_server::{RecordService, RecordServiceServer},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// A page as long as one is when nobody says how long.
const PAGE: u128 = 50;

/// The services that it has, as proxies are told of them.
pub const SERVICES: [&str; 2] = ["rollcall.v1.RecordService", "rollcall.v1.CheckInService"];

#[derive(Clone)]
struct Fixed(Arc<Answers>);

struct Answers {
    record: AttendanceRecord,
    page: Vec<AttendanceRecord>,
}

/// Serves until the process ends, on the address that is returned.
pub fn start() -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A thread of its own, so that it answers while the generator has something else to do.
    std::thread::Builder::new().name("upstream".to_owned()).spawn(move || {
        if let Err(error) = runtime.block_on(serve(listener)) {
            eprintln!("the upstream broke off: {error:#}");
        }
    })?;
    Ok(address)
}

async fn serve(listener: std::net::TcpListener) -> anyhow::Result<()> {
    let fixed = Fixed(Arc::new(Answers { record: record(0), page: (0..PAGE).map(record).collect() }));
    let incoming = TcpListenerStream::new(tokio::net::TcpListener::from_std(listener)?);
    let nodelay = tokio_stream::StreamExt::map(incoming, |stream| {
        let stream = stream?;
        stream.set_nodelay(true)?;
        std::io::Result::Ok(stream)
    });
    tonic::transport::Server::builder()
        .add_service(RecordServiceServer::new(fixed.clone()))
        .add_service(CheckInServiceServer::new(fixed))
        .serve_with_incoming(nodelay)
        .await?;
    Ok(())
}

/// A record as a check-in leaves it.
fn record(number: u128) -> AttendanceRecord {
    let id = |kind: u128| Uuid::from_u128(0x0193_6b1e_0000_7000_8000_0000_0000_0000 | kind << 32 | number).to_string();
    AttendanceRecord {
        id: id(1),
        session_id: id(2),
        student_id: id(3),
        status: Attended::Present.into(),
        verification_method: VerificationMethod::Qr.into(),
        marked_at: Some(prost_types::Timestamp { seconds: 1_763_625_600, nanos: 123_456_000 }),
        late_by_seconds: 0,
        evidence: vec![
            evidence(Factor::Code, "The code was being shown."),
            evidence(Factor::Geofence, "You were at the place."),
        ],
        ..AttendanceRecord::default()
    }
}

fn evidence(factor: Factor, detail: &str) -> Evidence {
    Evidence { factor: factor.into(), verdict: Verdict::Passed.into(), detail: detail.to_owned() }
}

#[tonic::async_trait]
impl RecordService for Fixed {
    async fn list_my_records(
        &self,
        _: Request<ListMyRecordsRequest>,
    ) -> Result<Response<ListMyRecordsResponse>, Status> {
        Ok(Response::new(ListMyRecordsResponse { records: self.0.page.clone(), next_page_token: String::new() }))
    }

    async fn list_records(&self, _: Request<ListRecordsRequest>) -> Result<Response<ListRecordsResponse>, Status> {
        Ok(Response::new(ListRecordsResponse { records: self.0.page.clone(), next_page_token: String::new() }))
    }

    async fn get_record(&self, request: Request<GetRecordRequest>) -> Result<Response<AttendanceRecord>, Status> {
        Ok(Response::new(AttendanceRecord { id: request.into_inner().id, ..self.0.record.clone() }))
    }

    async fn update_record(&self, _: Request<UpdateRecordRequest>) -> Result<Response<AttendanceRecord>, Status> {
        Err(not_measured())
    }

    async fn list_record_changes(
        &self,
        _: Request<ListRecordChangesRequest>,
    ) -> Result<Response<ListRecordChangesResponse>, Status> {
        Err(not_measured())
    }

    async fn mark_records(&self, _: Request<MarkRecordsRequest>) -> Result<Response<MarkRecordsResponse>, Status> {
        Err(not_measured())
    }
}

fn not_measured() -> Status {
    Status::unimplemented("nobody measures this")
}

#[tonic::async_trait]
impl CheckInService for Fixed {
    /// Gives back what was sent, so that a proxy that lost some of it is found out.
    async fn check_in(&self, request: Request<CheckInRequest>) -> Result<Response<AttendanceRecord>, Status> {
        let asked = request.into_inner();
        let place = asked.position.map(|place| format!("{:?} {:?}", place.latitude, place.longitude));
        let device = asked.device.unwrap_or_default().device_id;
        let session_id = asked.session_id.unwrap_or_default();
        let mut record = AttendanceRecord { id: asked.check_in_id, session_id, ..self.0.record.clone() };
        record.evidence[0].detail = asked.qr_code;
        record.evidence[1].detail = format!("{device} {}", place.unwrap_or_default());
        Ok(Response::new(record))
    }
}
