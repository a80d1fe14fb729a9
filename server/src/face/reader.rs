//! Where pictures are read: on one thread of their own, which gives way to everything else, one after the other. Few may wait; whoever
//! comes after them is told to come again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{
    models,
    vision::{Fault, Models, Vector},
};
use crate::problem::{ErrorReason, Problem};

/// So many pictures may wait, which is two seconds' work.
const WAITING: usize = 16;

/// Beside a thread that serves, it gets a tenth. With the lowest, a busy machine would never come to it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Whoever waits longer is told to come again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    jobs: SyncSender<Job>,
    folder: Arc<Path>,
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
        let (jobs, waiting) = sync_channel(WAITING);
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
    pub async fn read(&self, picture: Zeroizing<Vec<u8>>) -> Result<Vector, Unread> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { picture, answer }).map_err(|error| match error {
            TrySendError::Full(_) => Unread::Busy,
            TrySendError::Disconnected(_) => Unread::Fault(Fault::Runtime),
        })?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answer) => answer.unwrap_or(Err(Unread::Fault(Fault::Runtime))),
            Err(_) => Err(Unread::Busy),
        }
    }
}

fn work(folder: &Path, waiting: &Receiver<Job>) {
    // Of this thread alone, and of those that it begins. Elsewhere it would be the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "pictures of faces are read at the usual priority");
    }
    let mut loaded: Option<Models> = None;
    while let Ok(Job { picture, answer }) = waiting.recv() {
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
