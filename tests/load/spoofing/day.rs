//! One day of it.

use rand::RngExt as _;
use rollcall_proto::v1::CheckInRequest;
use rollcall_tests::device::named;

use super::{
    HONEST, Label, SPOOFERS, Spoof,
    phone::{fix, network_fix, scan},
    stage::{LECTERN, Lesson, Stage, Timetable, friend, spoofer},
};

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
const BETWEEN: i64 = 50 * MINUTE;
/// How long after she was in the other town a student is said to be here, day by day.
const TELEPORTS: [i64; 5] = [2, 5, 8, 11, 14];
/// One of so many brings a laptop.
const LAPTOP: usize = 10;
/// One of so many apps begins anew in the middle of a check-in, and sends it again.
const RESTART: u32 = 20;

/// The first day counts for nothing.
pub async fn live(stage: &mut Stage, day: u32) {
    let number = day as usize;
    let Timetable { room, again, next, town } = stage.days[number].clone();
    let counts = |label| (day > 0).then_some(label);

    let friends = friends(stage, &room).await;
    let mut kept = Vec::new();
    for student in 0..HONEST {
        let is_laptop = student % LAPTOP == 0;
        let position = if is_laptop { network_fix(&room.0) } else { fix(&room.0, &mut stage.dice) };
        kept.push(position);
        let access_points = if is_laptop { Vec::new() } else { scan(LECTERN, &mut stage.dice) };
        let request = CheckInRequest { position: Some(position), access_points, ..stage.request(&room).await };
        let label = if is_laptop { Label::HonestLaptop } else { Label::Honest };
        own(stage, counts(label), student, &room, request).await;
    }
    spoof(stage, counts, &room, &friends).await;

    stage.wait(BETWEEN).await;
    for (student, before) in kept.into_iter().enumerate() {
        let (label, lesson, position) = match stage.dice.random_range(0..100) {
            _ if student % LAPTOP == 0 => (Label::HonestLaptop, &next, network_fix(&next.0)),
            0..15 => (Label::HonestKept, &again, before),
            15..40 => (Label::HonestTrain, &town, fix(&town.0, &mut stage.dice)),
            _ => (Label::HonestNext, &next, fix(&next.0, &mut stage.dice)),
        };
        let request = CheckInRequest { position: Some(position), ..stage.request(lesson).await };
        own(stage, counts(label), student, lesson, request).await;
    }
    let kind = Spoof::ALL.iter().position(|spoof| *spoof == Spoof::Teleport).expect("it is one of them");
    for number in 0..SPOOFERS {
        let position = Some(fix(&town.0, &mut stage.dice));
        let request = CheckInRequest { position, ..stage.request(&town).await };
        own(stage, None, spoofer(kind, number), &town, request).await;
    }
    let minutes = TELEPORTS[number % TELEPORTS.len()];
    stage.wait(minutes * MINUTE).await;
    for number in 0..SPOOFERS {
        let position = Some(fix(&next.0, &mut stage.dice));
        let request = CheckInRequest { position, ..stage.request(&next).await };
        own(stage, counts(Label::Spoofed(Spoof::Teleport)), spoofer(kind, number), &next, request).await;
    }
    stage.wait(DAY - BETWEEN - minutes * MINUTE).await;
}

/// Those who help others check in as they should, by devices of their own. What they sent.
async fn friends(stage: &mut Stage, room: &Lesson) -> Vec<CheckInRequest> {
    let mut sent = Vec::new();
    for number in 0..SPOOFERS {
        let (position, access_points) = (fix(&room.0, &mut stage.dice), scan(LECTERN, &mut stage.dice));
        let request = CheckInRequest { position: Some(position), access_points, ..stage.request(room).await };
        own(stage, None, friend(number), room, request.clone()).await;
        sent.push(request);
    }
    sent
}

/// Sends it by the student's own device, and now and then twice.
async fn own(stage: &mut Stage, label: Option<Label>, student: usize, lesson: &Lesson, request: CheckInRequest) {
    let request = named(&format!("phone-{student}"), request);
    if stage.dice.random_range(0..RESTART) == 0 {
        // Whatever comes of it, the second one gets the same answer.
        let _ = stage.class.student(student).check_ins().check_in(request.clone()).await;
    }
    stage.send(label, student, lesson, request).await;
}

/// What is made up in the morning.
async fn spoof(stage: &mut Stage, counts: impl Fn(Label) -> Option<Label>, room: &Lesson, friends: &[CheckInRequest]) {
    for (kind, spoof) in Spoof::ALL.into_iter().enumerate() {
        for (number, helper) in friends.iter().enumerate() {
            let student = spoofer(kind, number);
            let fresh = fix(&room.0, &mut stage.dice);
            let request = CheckInRequest { position: Some(fresh), ..stage.request(room).await };
            let label = counts(Label::Spoofed(spoof));
            let request = match spoof {
                Spoof::Teleport => continue,
                Spoof::Mock => {
                    let mut made_up = fresh;
                    made_up.mocked = true;
                    CheckInRequest { position: Some(made_up), ..request }
                }
                Spoof::CopiedPosition => CheckInRequest { position: helper.position, ..request },
                Spoof::OwnPositionAgain => {
                    if stage.first.len() == number {
                        stage.first.push(fresh);
                    }
                    CheckInRequest { position: Some(stage.first[number]), ..request }
                }
                Spoof::CopiedScan => {
                    CheckInRequest { position: None, access_points: helper.access_points.clone(), ..request }
                }
                Spoof::AbsurdAccuracy => {
                    let accuracy = if number % 2 == 0 { 0.0 } else { stage.dice.random_range(10_001.0..100_000.0) };
                    let mut made_up = fresh;
                    made_up.accuracy_meters = Some(accuracy);
                    CheckInRequest { position: Some(made_up), ..request }
                }
                Spoof::OneDevice => {
                    let request = named(&format!("phone-{}", friend(number)), request);
                    stage.send(label, student, room, request).await;
                    continue;
                }
                Spoof::ForeignKey => {
                    let at = stage.class.world.clock().now();
                    let (phone, key) = &stage.phones[number];
                    let request = phone.signed(&stage.class.student(student), key, request, at).await;
                    stage.send(label, student, room, request).await;
                    continue;
                }
            };
            own(stage, label, student, room, request).await;
        }
    }
}
