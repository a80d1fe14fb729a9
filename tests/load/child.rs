//! A child process that ends with the value that holds it.

use std::{
    fs::File,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// How long a child may take to end before it is killed: longer than the server's own drain.
const FAREWELL: Duration = Duration::from_secs(12);

pub struct Child {
    process: std::process::Child,
    /// The signal that asks it to end, by its name without SIG.
    farewell: &'static str,
    log: PathBuf,
}

impl Child {
    /// Starts `command` with all its output in `log`.
    pub fn start(mut command: Command, farewell: &'static str, log: PathBuf) -> anyhow::Result<Self> {
        let file = File::create(&log).with_context(|| format!("making {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        // Ctrl-C is for the tool, which then ends its children in order.
        command.process_group(0);
        let process = command.spawn().with_context(|| format!("starting {:?}", command.get_program()))?;
        Ok(Self { process, farewell, log })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// All that it has written so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.is_running() {
            return;
        }
        let signal = format!("kill -{} {}", self.farewell, self.id());
        let _ = Command::new("sh").args(["-c", &signal]).status();
        let begun = Instant::now();
        while self.is_running() && begun.elapsed() < FAREWELL {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
