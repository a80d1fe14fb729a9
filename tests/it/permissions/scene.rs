//! Two colleges, and in the first one two of everything: one teacher's session with her student, and another teacher's with
//! his.

mod attendance;
mod callers;
mod requests;
mod spare;
mod webhooks;

use std::{
    collections::HashMap,
    sync::{Mutex, atomic::AtomicI64},
};

use http::Method;
use rollcall_proto::v1::LogoutRequest;
use rollcall_tests::{
    Answer as _, Kind, World,
    college::College,
    mail::Line,
    seed::{Role, SeedSession, SeedUser, Signal, State},
    world::Plan,
};
use serde_json::json;
use uuid::Uuid;

pub use callers::Who;
use callers::{SCOPES, make_key};
use webhooks::Webhooks;

use super::{calendars, slots};

/// Whose object it is, seen from the first student and the first teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    Own,
    Other,
    Foreign,
    Absent,
}

/// How many sessions of each kind there are for RPCs that use them up.
const STOCK: usize = 80;

pub struct Scene {
    world: World,
    college: College,
    foreign: College,
    other_student: SeedUser,
    disabled: [SeedUser; 2],
    sessions: HashMap<Object, SeedSession>,
    records: HashMap<Object, String>,
    excuses: HashMap<Object, String>,
    /// Records of check-ins that are flagged, with their sessions.
    flagged: HashMap<Object, (String, Uuid)>,
    /// Sessions that are over, which their students attended.
    attended: HashMap<Object, Uuid>,
    stock: Mutex<HashMap<(Object, Begin), Vec<Uuid>>>,
    days_ahead: AtomicI64,
    webhooks: Webhooks,
    /// A policy of each college.
    policies: [String; 2],
    revoked: [String; 2],
    keys: [String; 2],
    narrow_keys: HashMap<&'static str, String>,
}

/// The states that a used-up session begins in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Begin {
    Scheduled,
    Active,
    Cancelled,
}

impl Scene {
    pub async fn open(kind: Kind) -> Self {
        let (mut college, mut foreign) = (College::new("riverside", 1), College::new("hillside", 1));
        let other_student = college.another_person("other", Role::Student);
        let other_division = college.other_division.clone();
        college.enrol(&other_student, &other_division);
        let disabled = [Role::Student, Role::Teacher].map(|role| {
            let person = college.another_person(&format!("disabled-{role:?}").to_lowercase(), role);
            college.more.users.last_mut().expect("the person").is_active = false;
            person
        });
        let division = college.division.clone();
        college.enrol(&disabled[0], &division);

        let other_session = others(&mut college, State::Active);
        // What lists have to show, and to whom.
        college.another_session(State::Completed);
        others(&mut college, State::Completed);
        foreign.another_session(State::Completed);
        for college in [&mut college, &mut foreign] {
            let location = college.location.clone();
            college.another_access_point(&location, "06:00:00:00:00:01", Signal::Wifi);
            let (division, teacher) = (college.division.clone(), college.teacher.clone());
            slots::every_day(college, &division, &teacher, 7);
            let (division, teacher) = (college.other_division.clone(), college.other_teacher.clone());
            slots::every_day(college, &division, &teacher, 6);
        }
        // What webhooks are told of.
        let told = [&mut college, &mut foreign].map(|college| college.another_session(State::Scheduled).id);
        let mut stock = HashMap::new();
        let states = [
            (Begin::Scheduled, State::Scheduled),
            (Begin::Active, State::Active),
            (Begin::Cancelled, State::Cancelled),
        ];
        for (key, state) in states {
            let own: Vec<Uuid> = (0..STOCK).map(|_| college.another_session(state).id).collect();
            let other = (0..STOCK).map(|_| others(&mut college, state).id).collect();
            let theirs = (0..STOCK).map(|_| foreign.another_session(state).id).collect();
            stock.insert((Object::Own, key), own);
            stock.insert((Object::Other, key), other);
            stock.insert((Object::Foreign, key), theirs);
        }
        let world = Plan::new(kind).mail(Line::Plain).start(&[&college, &foreign]).await;
        let sessions = HashMap::from([
            (Object::Own, college.session.clone()),
            (Object::Other, other_session),
            (Object::Foreign, foreign.session.clone()),
        ]);
        let open = json!({"registration": "OPEN"});
        let rest = world.actor(&college.admin).rest();
        rest.send(rest.request(Method::PATCH, "/api/v1/college").json(&open)).await.answer();
        // Her sign-in is what her college's audit has to show.
        world.actor(&foreign.admin).login().await;
        let mut policies = Vec::new();
        for college in [&college, &foreign] {
            calendars::spare_entry(&world.actor(&college.admin)).await;
            policies.push(requests::make_shadow(&world.actor(&college.admin), &json!({"scope": "COLLEGE"})).await);
        }
        let webhooks = Webhooks::make(&world, [(&college, told[0]), (&foreign, told[1])]).await;
        let mut revoked = Vec::new();
        for person in [&college.students[0], &college.teacher] {
            let actor = world.actor(person).signed_in().await;
            actor.auth().logout(LogoutRequest {}).await.answer();
            revoked.push(actor.token().expect("a token"));
        }
        let keys = [&college, &foreign].map(|college| world.actor(&college.admin));
        let keys = [make_key(&keys[0], &SCOPES).await, make_key(&keys[1], &SCOPES).await];
        let mut narrow_keys = HashMap::new();
        for lacking in SCOPES {
            let others: Vec<_> = SCOPES.into_iter().filter(|scope| *scope != lacking).collect();
            narrow_keys.insert(lacking, make_key(&world.actor(&college.admin), &others).await);
        }
        let mut scene = Self {
            world,
            college,
            foreign,
            other_student,
            disabled,
            sessions,
            records: HashMap::new(),
            excuses: HashMap::new(),
            flagged: HashMap::new(),
            attended: HashMap::new(),
            stock: Mutex::new(stock),
            days_ahead: AtomicI64::new(2),
            webhooks,
            policies: policies.try_into().expect("two policies"),
            revoked: revoked.try_into().expect("two tokens"),
            keys,
            narrow_keys,
        };
        scene.records = scene.check_everyone_in().await;
        for object in [Object::Own, Object::Other, Object::Foreign] {
            let excuse = scene.ask(object, scene.excused_session(object)).await;
            scene.excuses.insert(object, excuse);
            let session = scene.fresh_of(object);
            let record = scene.flag(object, session).await;
            scene.flagged.insert(object, (record, session));
            let session = scene.attend(object).await;
            scene.attended.insert(object, session);
        }
        scene
    }

    /// The object's session; of none there is an id that nothing has.
    fn session(&self, object: Object) -> Uuid {
        self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.id)
    }

    fn location(&self, object: Object) -> Uuid {
        self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.location_id)
    }
}

/// A session of the other teacher, for the other division.
fn others(college: &mut College, state: State) -> SeedSession {
    college.another_session(state);
    let (teacher, division) = (college.other_teacher.id, college.other_division.id);
    let session = college.more.sessions.last_mut().expect("the session");
    (session.teacher_id, session.division_id) = (teacher, division);
    session.clone()
}
