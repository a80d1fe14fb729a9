//! Where pictures are read: on one thread of their own, which gives way to everything else, one after the other and the colleges in turn.
//! Few may wait; whoever comes after them is told to come again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::sync::oneshot;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    line::Line,
    models,
    vision::{Fault, Models, Vector},
};
use crate::problem::{ErrorReason, Problem};

/// So many pictures of a college may wait, which is two seconds' work, and so many of all of them.
const WAITING_OF_ONE: usize = 16;
const WAITING: usize = 32;

/// Beside a thread that serves, it gets a tenth. With the lowest, a busy machine would never come to it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Whoever waits longer is told to come again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    jobs: Arc<Jobs>,
    folder: Arc<Path>,
}

/// The line, which ends with the last reader.
struct Jobs(Arc<Line<Job>>);

impl Drop for Jobs {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A picture, overwritten when it is read.
struct Job {
    picture: Zeroizing<Vec<u8>>,
    answer: oneshot::Sender<Result<Vector, Unread>>,
}

/// Why there is no vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The models are not there.
    Models,
    /// Others are waiting.
    Busy,
    Fault(Fault),
}

impl Reader {
    /// Begins the thread. The models are read with the first picture, or the first one after they were fetched.
    pub fn begin(folder: PathBuf) -> anyhow::Result<Self> {
        let waiting = Arc::new(Line::new(WAITING, WAITING_OF_ONE));
        let jobs = Arc::new(Jobs(waiting.clone()));
        let folder: Arc<Path> = folder.into();
        let models = folder.clone();
        std::thread::Builder::new().name("faces".to_owned()).spawn(move || work(&models, &waiting))?;
        Ok(Self { jobs, folder })
    }

    /// Whether a picture could be read at all.
    pub fn has_models(&self) -> bool {
        models::are_there(&self.folder)
    }

    /// The vector of the one clear face in a picture.
    pub async fn read(&self, college_id: Uuid, picture: Zeroizing<Vec<u8>>) -> Result<Vector, Unread> {
        let (answer, answered) = oneshot::channel();
        if !self.jobs.0.push(college_id, Job { picture, answer }) {
            return Err(Unread::Busy);
        }
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answer) => answer.unwrap_or(Err(Unread::Fault(Fault::Runtime))),
            Err(_) => Err(Unread::Busy),
        }
    }
}

fn work(folder: &Path, waiting: &Line<Job>) {
    // Of this thread alone, and of those that it begins. Elsewhere it would be the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "pictures of faces are read at the usual priority");
    }
    let mut loaded: Option<Models> = None;
    while let Some(Job { picture, answer }) = waiting.next() {
        // Whoever asked has gone.
        if answer.is_closed() {
            continue;
        }
        if loaded.is_none() {
            loaded = load(folder);
        }
        let read = match &loaded {
            None => Err(Unread::Models),
            // A picture that breaks a decoder breaks one answer.
            Some(models) => catch_unwind(AssertUnwindSafe(|| models.read(&picture)))
                .unwrap_or(Err(Fault::Broken))
                .map_err(Unread::Fault),
        };
        drop(picture);
        let _ = answer.send(read);
    }
}

fn load(folder: &Path) -> Option<Models> {
    if !models::are_there(folder) {
        return None;
    }
    match models::load(folder) {
        Ok(models) => {
            tracing::info!("the models for faces are loaded");
            Some(models)
        }
        Err(error) => {
            tracing::error!(error = %format!("{error:#}"), "the models for faces cannot be used; run `rollcall models fetch`");
            None
        }
    }
}

pub fn models_missing() -> Problem {
    Problem::new(
        ErrorReason::FaceModelsMissing,
        "This server has no models to compare faces with. Its operator has to run `rollcall models fetch`.",
    )
}

pub fn busy() -> Problem {
    Problem::new(ErrorReason::Overloaded, "Too many pictures are being read. Try again in a moment.")
        .retry_after(Duration::from_secs(2))
}
