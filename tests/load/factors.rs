//! `load factors`: what a check-in costs that shows everything but a face, beside one with a code and a position. The two take turns on
//! one server, so that whatever else the machine does falls on both.

use std::time::Instant;

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use rollcall_proto::v1::{
    AccessPointSighting, CheckInRequest, Device, EnrolDeviceRequest, GetCheckInNonceRequest, GetCheckInNonceResponse,
    OneTimePassword, Position, RequestOtpRequest, access_point::Type, check_in_service_client::CheckInServiceClient,
    code_service_client::CodeServiceClient, device_service_client::DeviceServiceClient, evidence::Verdict,
};
use rollcall_tests::{
    clock::machine_time,
    device::Phone,
    seed::{SeedAccessPoint, Signal},
    token,
};
use tonic::{Request, metadata::AsciiMetadataValue, transport::Channel};
use uuid::Uuid;

use crate::{
    args::{Database, Factors},
    codes::Codes,
    server::{Program, SECRET, Server},
    store::Store,
    usage::Cpu,
    world::{LATITUDE, LONGITUDE, World},
};

const SESSIONS: u32 = 20;
/// Calls at a time: as many phones as are on their way at once.
const AT_A_TIME: usize = 64;
/// What a phone hears in a big building.
const HEARD: u32 = 12;
/// What a check-in with everything is asked to cost at most, as a ratio.
const TARGET: f64 = 1.5;

/// What one kind of check-in cost in one turn, in microseconds of CPU each.
struct Cost {
    server: f64,
    postgres: f64,
}

/// Measures, prints, and leaves nothing behind.
pub async fn run(options: &Factors, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let program = Program::find(options.server.as_deref(), folder.path(), &[])?;
    let store = Store::start(Database::Postgres, options.postgres_url.as_deref(), folder.path()).await?;
    let result = tokio::select! {
        result = measure(options, &program, &store) => result,
        error = stopped => Err(error),
    };
    drop(store);
    let turns = result?;
    folder.close()?;
    tell(options, &turns);
    Ok(())
}

async fn measure(options: &Factors, program: &Program, store: &Store) -> anyhow::Result<Vec<(Cost, Cost)>> {
    const NAME: &str = "factors";
    let (world, mut seed) = World::plan(SESSIONS, 2 * options.turns * options.students);
    let college_id = world.teacher.college_id;
    seed.access_points.extend((0..4).map(|number| SeedAccessPoint {
        id: Uuid::now_v7(),
        college_id,
        location_id: world.location_id,
        bssid: address(number),
        ssid: "Campus".to_owned(),
        min_rssi_dbm: -75,
        kind: Signal::Wifi,
    }));
    store.create(NAME).await?;
    program.seed(&store.url(NAME), &seed).await?;
    drop(seed);
    store.settle(NAME).await?;
    let server = program.serve(&store.url(NAME), NAME).await?;
    let door = Door::open(&server, world).await?;
    let mut turns = Vec::new();
    // The first turn warms everything up and does not count.
    for turn in 0..options.turns {
        let first = (2 * turn * options.students) as usize;
        let (middle, end) = (first + options.students as usize, first + 2 * options.students as usize);
        let plain = (first..middle).map(|student| door.plain(student)).collect();
        let plain = door.send(&server, store, plain, 2).await?;
        let full = door.full(middle..end).await?;
        let full = door.send(&server, store, full, 5).await?;
        if turn > 0 {
            turns.push((plain, full));
        }
    }
    let complaints = server.complaints();
    anyhow::ensure!(complaints.is_empty(), "the server complained: {complaints}");
    Ok(turns)
}

/// Everything that check-ins are made of.
struct Door {
    world: World,
    codes: Codes,
    channel: Channel,
}

/// A student's check-in, and what authorizes it.
type Call = (AsciiMetadataValue, CheckInRequest);

impl Door {
    async fn open(server: &Server, world: World) -> anyhow::Result<Self> {
        let codes = Codes::follow(server.grpc, &world).await?;
        let channel = Channel::from_shared(format!("http://{}", server.grpc))?.connect().await?;
        Ok(Self { world, codes, channel })
    }

    fn bearer(&self, student: usize) -> AsciiMetadataValue {
        let token = token::mint(SECRET, &self.world.students[student], machine_time());
        format!("Bearer {token}").parse().expect("a token is a header")
    }

    fn session(&self, student: usize) -> usize {
        student % self.world.sessions.len()
    }

    fn plain(&self, student: usize) -> Call {
        let session = self.session(student);
        let step = (student % 997) as f64 * 1e-7;
        let request = CheckInRequest {
            check_in_id: Uuid::now_v7().to_string(),
            session_id: Some(self.world.sessions[session].to_string()),
            qr_code: self.codes.of(session),
            position: Some(Position {
                latitude: Some(LATITUDE + step),
                longitude: Some(LONGITUDE - step / 2.0),
                accuracy_meters: Some(8.0 + (student % 13) as f64 / 10.0),
                mocked: false,
            }),
            device: Some(Device { device_id: format!("phone-{student:07}"), ..Device::default() }),
            ..CheckInRequest::default()
        };
        (self.bearer(student), request)
    }

    /// The same with a one-time password, a scan, and the signature of a device that is enrolled beforehand.
    async fn full(&self, students: std::ops::Range<usize>) -> anyhow::Result<Vec<Call>> {
        let phones = futures_util::stream::iter(students)
            .map(|student| async move { Ok::<_, anyhow::Error>((student, self.enrol(student).await?)) })
            .buffered(AT_A_TIME)
            .try_collect::<Vec<_>>();
        let phones = phones.await?;
        let mut shown = Vec::new();
        for session in &self.world.sessions {
            shown.push(self.password(*session).await?.otp);
        }
        let shown = &shown;
        futures_util::stream::iter(phones)
            .map(|(student, (phone, key_id))| async move {
                let nonce = self.nonce(student).await?;
                let (bearer, request) = self.plain(student);
                let request = CheckInRequest {
                    otp: shown[self.session(student)].clone(),
                    access_points: scan(student),
                    ..request
                };
                Ok((bearer, phone.signed_with(&nonce, &key_id, request, machine_time())))
            })
            .buffered(AT_A_TIME)
            .try_collect()
            .await
    }

    async fn enrol(&self, student: usize) -> anyhow::Result<(Phone, String)> {
        let phone = Phone::new(&format!("phone-{student:07}"));
        let nonce = self.nonce(student).await?;
        let request: EnrolDeviceRequest = phone.enrolment_with(&nonce);
        let mut client = DeviceServiceClient::new(self.channel.clone());
        let enrolled = client.enrol_device(self.authorized(student, request)).await.context("enrolling a device")?;
        Ok((phone, enrolled.into_inner().id))
    }

    async fn nonce(&self, student: usize) -> anyhow::Result<GetCheckInNonceResponse> {
        let mut client = DeviceServiceClient::new(self.channel.clone());
        let request = self.authorized(student, GetCheckInNonceRequest {});
        Ok(client.get_check_in_nonce(request).await.context("asking for a nonce")?.into_inner())
    }

    async fn password(&self, session: Uuid) -> anyhow::Result<OneTimePassword> {
        let token = token::mint(SECRET, &self.world.teacher, machine_time());
        let mut request = Request::new(RequestOtpRequest {
            location_id: self.world.location_id.to_string(),
            session_id: Some(session.to_string()),
            student_id: None,
        });
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let mut client = CodeServiceClient::new(self.channel.clone());
        Ok(client.request_otp(request).await.context("asking for a one-time password")?.into_inner())
    }

    fn authorized<T>(&self, student: usize, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.bearer(student));
        request
    }

    /// Sends all of them, and says what each cost. Each has to be accepted with so many factors that passed.
    async fn send(&self, server: &Server, store: &Store, calls: Vec<Call>, passed: usize) -> anyhow::Result<Cost> {
        let count = calls.len() as f64;
        let client = CheckInServiceClient::new(self.channel.clone());
        let (before, begun) = (Cpu::read(Some(server.id()), store.postmaster()), Instant::now());
        futures_util::stream::iter(calls)
            .map(|(bearer, message)| {
                let mut client = client.clone();
                async move {
                    let mut request = Request::new(message);
                    request.metadata_mut().insert("authorization", bearer);
                    let record = client.check_in(request).await.context("checking in")?.into_inner();
                    let found = record.evidence.iter().filter(|item| item.verdict() == Verdict::Passed).count();
                    anyhow::ensure!(found == passed, "{found} of {passed} factors passed: {:?}", record.evidence);
                    Ok(())
                }
            })
            .buffer_unordered(AT_A_TIME)
            .try_collect::<()>()
            .await?;
        let cpu = Cpu::read(Some(server.id()), store.postmaster()).since(before);
        eprintln!("{count} check-ins, {passed} factors: {:.2} s", begun.elapsed().as_secs_f64());
        Ok(Cost { server: cpu.server * 1e6 / count, postgres: cpu.postgres * 1e6 / count })
    }
}

/// What a phone hears: the building's access points, each a little otherwise than every other phone. The digits of a student's number are
/// in the strengths, so that no two scans are the same.
fn scan(student: usize) -> Vec<AccessPointSighting> {
    let noise = |number: u32| (student / 9_usize.pow(number % 6) % 9) as i32;
    (0..HEARD)
        .map(|number| AccessPointSighting {
            bssid: address(number),
            ssid: "Campus".to_owned(),
            rssi_dbm: Some(-50 - 3 * number as i32 - noise(number)),
            r#type: Type::Wifi.into(),
            age_ms: Some(500),
        })
        .collect()
}

fn address(number: u32) -> String {
    format!("00:1A:2B:3C:4D:{number:02X}")
}

fn tell(options: &Factors, turns: &[(Cost, Cost)]) {
    let each = |figure: fn(&Cost, &Cost) -> f64| {
        let mut figures: Vec<f64> = turns.iter().map(|(plain, full)| figure(plain, full)).collect();
        figures.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| figures[place];
        (at(0), at(figures.len() / 2), at(figures.len() - 1))
    };
    println!("{} turns of {} check-ins each, CPU in µs a check-in: min / median / max", turns.len(), options.students);
    let rows: [(&str, fn(&Cost, &Cost) -> f64); 6] = [
        ("code and position, server", |plain, _| plain.server),
        ("code and position, PostgreSQL", |plain, _| plain.postgres),
        ("all but a face, server", |_, full| full.server),
        ("all but a face, PostgreSQL", |_, full| full.postgres),
        ("ratio, server", |plain, full| full.server / plain.server),
        ("ratio, both together", |plain, full| (full.server + full.postgres) / (plain.server + plain.postgres)),
    ];
    for (name, figure) in rows {
        let (least, median, most) = each(figure);
        println!("  {name:32} {least:8.2} / {median:8.2} / {most:8.2}");
    }
    let (_, median, _) = each(|plain, full| (full.server + full.postgres) / (plain.server + plain.postgres));
    println!("target {TARGET}: {}", if median <= TARGET { "met" } else { "missed" });
}
