//! A child process whose output goes to a file and which never outlives its test.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child, Command};

/// A running child.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command`. Its standard error is appended to `log`; its standard output too, unless `command` pipes it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(mut command: Command, log: &Path, pipe_output: bool) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .unwrap_or_else(|cause| panic!("{}: {cause}", log.display()));
        let output = if pipe_output { Stdio::piped() } else { file.try_clone().expect("a second handle").into() };
        command.stdin(Stdio::null()).stdout(output).stderr(file).kill_on_drop(true);
        let child = command.spawn().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
        Self { child, log: log.to_owned() }
    }

    /// The child, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The process id.
    ///
    /// # Panics
    /// When the process was waited for.
    pub fn id(&self) -> u32 {
        self.child.id().expect("a running process")
    }

    /// Whether the process still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal, by its name without SIG. The shell's own `kill` does it, which every machine has.
    ///
    /// # Panics
    /// When there is no such process.
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.id())])
            .status()
            .expect("a shell");
        assert!(sent.success(), "signal {name} to {}", self.id());
    }

    /// Ends the process as `kill -9` does, and waits until it is gone.
    ///
    /// # Panics
    /// When the system refuses.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("an end");
    }

    /// The end of what the process wrote to its log.
    pub fn tail(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Whether the process has written this to its log.
    pub fn log_has(&self, text: &str) -> bool {
        std::fs::read(&self.log).is_ok_and(|log| String::from_utf8_lossy(&log).contains(text))
    }

    /// Where the log is.
    pub fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of {} ---\n{}\n---", self.log.display(), self.tail());
        }
    }
}

/// A port of the loopback interface that was free a moment ago.
///
/// # Panics
/// When the machine has none.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}
