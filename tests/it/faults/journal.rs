//! Students who never give up, and the journal of what they were told.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rollcall_proto::v1::{AttendanceRecord, CheckInRequest};
use rollcall_tests::{
    Class, Refusal,
    actor::Actor,
    record::{known, present},
    seed::SeedSession,
    until::until_within,
};
use tokio::task::JoinSet;
use tonic::{Code, Request};
use uuid::Uuid;

/// How long one student keeps trying through a fault.
const PERSEVERANCE: Duration = Duration::from_secs(60);

/// What a phone waits before it tries again.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// A load of check-ins: each student once in each session.
pub struct Load {
    clients: JoinSet<()>,
    journal: Arc<Journal>,
    sessions: Vec<SeedSession>,
}

#[derive(Default)]
struct Journal {
    todo: Mutex<VecDeque<(Actor, CheckInRequest)>>,
    /// What was answered, by session and student.
    answered: Mutex<BTreeMap<(String, String), AttendanceRecord>>,
    count: AtomicUsize,
    /// Refusals other than those that a fault may cause.
    surprises: Mutex<Vec<Refusal>>,
}

impl Load {
    /// Begins with so many clients, spread over so many replicas.
    pub async fn begin(class: &Class, clients: usize, replicas: usize) -> Self {
        let mut sessions = vec![class.college.session.clone()];
        sessions.extend(class.college.more.sessions.iter().cloned());
        let journal = Arc::new(Journal::default());
        for session in &sessions {
            let code = class.code_of(session.id).await.code;
            for number in 0..class.college.students.len() {
                let request = rollcall_tests::class::request(session.id, &code, class.college.north(0.0));
                let todo = (class.student(number).at(number % replicas), request);
                journal.todo.lock().expect("the list").push_back(todo);
            }
        }
        let mut running = JoinSet::new();
        for _ in 0..clients {
            running.spawn(client(Arc::clone(&journal)));
        }
        Self { clients: running, journal, sessions }
    }

    /// Waits until so many check-ins have been answered.
    pub async fn answered(&self, count: usize) {
        until_within("enough check-ins are answered", PERSEVERANCE, async || {
            self.assert_no_surprise();
            (self.journal.count.load(Ordering::Relaxed) >= count).then_some(())
        })
        .await;
    }

    /// A refusal that no fault explains ends the test at once: the student would get it for ever.
    fn assert_no_surprise(&self) {
        let surprises = self.journal.surprises.lock().expect("the list");
        assert!(surprises.is_empty(), "no fault explains this: {surprises:?}");
    }

    /// How many check-ins there are.
    pub fn len(&self, class: &Class) -> usize {
        self.sessions.len() * class.college.students.len()
    }

    /// Waits until every student was answered in every session, and compares with what is stored: nothing that was
    /// acknowledged is missing or changed, and nothing is there twice.
    pub async fn finish(mut self, class: &Class) {
        while let Some(client) = self.clients.join_next().await {
            client.expect("a client");
        }
        self.assert_no_surprise();
        let mut answered = std::mem::take(&mut *self.journal.answered.lock().expect("the journal"));
        assert_eq!(answered.len(), self.len(class));
        for session in &self.sessions {
            let stored = class.records_of(session.id).await;
            assert_eq!(stored.len(), class.college.students.len(), "rows of one session");
            for record in stored {
                let key = (record.session_id.clone(), record.student_id.clone());
                let told = answered.remove(&key).expect("a stored record was acknowledged, once");
                assert_eq!(record, told);
                let student = Uuid::parse_str(&record.student_id).expect("an id");
                assert_eq!(known(record), present(session.id, student));
            }
        }
        assert!(answered.is_empty(), "acknowledged and lost: {answered:?}");
    }
}

/// One client with a connection of its own. It tries each check-in with the same id until it sees an answer.
async fn client(journal: Arc<Journal>) {
    let mut lines: BTreeMap<String, Actor> = BTreeMap::new();
    loop {
        let next = journal.todo.lock().expect("the list").pop_front();
        let Some((student, request)) = next else { return };
        let line = lines.entry(student.rest().base().to_owned()).or_insert_with(|| student.on_own_line());
        let begun = Instant::now();
        let record = loop {
            match attempt(line, &student, &request).await {
                Ok(record) => break record,
                Err(Some(surprise)) => return journal.surprises.lock().expect("the list").push(surprise),
                Err(None) => {}
            }
            assert!(begun.elapsed() < PERSEVERANCE, "nobody answers {request:?}");
            tokio::time::sleep(RETRY_PAUSE).await;
        };
        let key = (request.session_id().to_owned(), student.user().id.to_string());
        let record = AttendanceRecord { replayed: false, ..record };
        let earlier = journal.answered.lock().expect("the journal").insert(key, record);
        assert_eq!(earlier, None);
        journal.count.fetch_add(1, Ordering::Relaxed);
    }
}

/// One try. A refusal that no fault explains is given back.
async fn attempt(line: &Actor, student: &Actor, request: &CheckInRequest) -> Result<AttendanceRecord, Option<Refusal>> {
    // The token is minted anew for each try.
    let actor = line.with_token(student.token().expect("a token"));
    let mut call = Request::new(request.clone());
    call.set_timeout(Duration::from_secs(5));
    let status = match actor.check_ins().check_in(call).await {
        Ok(response) => return Ok(response.into_inner()),
        Err(status) => status,
    };
    let refusal = Refusal::from(&status);
    let explained = matches!(refusal.code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled)
        // The connection itself broke, which tonic reports without a reason.
        || (refusal.reason.is_empty() && matches!(refusal.code, Code::Unknown | Code::Internal));
    Err((!explained).then_some(refusal))
}
