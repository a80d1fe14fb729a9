//! A mail server of the test's own, which keeps what it gets and which the test may kill.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::{io::AsyncReadExt as _, net::TcpStream, process::Command};

use crate::{
    process::{Process, free_port},
    server::Settings,
    until::{until, until_within},
};

/// What links in mails begin with. No server listens there.
pub const PUBLIC_URL: &str = "https://attendance.riverside.example";

const NAME: &str = "rollcall";
const PASSWORD: &str = "of the mail server";

/// How the server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// In plain text, by anyone.
    Plain,
    /// With STARTTLS and a password, and not otherwise.
    StartTls,
}

/// A mail server.
pub struct Mail {
    process: Option<Process>,
    folder: PathBuf,
    line: Line,
    port: u16,
}

/// A message that has come.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
    pub encrypted: bool,
    pub signed_in: bool,
}

impl Mail {
    /// Starts one.
    pub async fn start(folder: &Path, line: Line) -> Self {
        let mut mail = Self { process: None, folder: folder.to_owned(), line, port: free_port() };
        mail.resume().await;
        mail
    }

    /// Has servers send their mail here.
    pub fn tell(&self, settings: &mut Settings) {
        // What a test has set itself stays.
        let mut set = |name: &str, value: &str| _ = settings.entry(name.to_owned()).or_insert(value.to_owned());
        set("SMTP_HOST", "localhost");
        set("SMTP_PORT", &self.port.to_string());
        set("SMTP_FROM", "Rollcall <rollcall@riverside.example>");
        set("PUBLIC_URL", PUBLIC_URL);
        match self.line {
            Line::Plain => set("SMTP_TLS", "none"),
            Line::StartTls => {
                set("SMTP_USERNAME", NAME);
                set("SMTP_PASSWORD", PASSWORD);
                set("SMTP_CA_FILE", &self.ca_file().display().to_string());
            }
        }
    }

    /// Starts it again on the same port, after a `kill`. What it got before is still there.
    pub async fn resume(&mut self) {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/mail/run"));
        command.arg(self.port.to_string()).arg(self.file());
        if self.line == Line::StartTls {
            command.arg("--starttls").arg(self.ca_file()).arg("--login").arg(format!("{NAME}:{PASSWORD}"));
        }
        self.process = Some(Process::start(command, &self.folder.join("mail.log"), false));
        let (port, process) = (self.port, self.process.as_mut().expect("a process"));
        // The first start on a machine fetches the packages.
        until_within("the mail server answers", std::time::Duration::from_secs(120), async || {
            assert!(process.runs(), "the mail server has ended:\n{}", process.tail());
            answers(port).await.then_some(())
        })
        .await;
    }

    /// Ends it at once.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Makes it silent: connections open and nothing answers. `thaw` ends that.
    pub fn freeze(&self) {
        self.process.as_ref().expect("a running mail server").signal("STOP");
    }

    /// Ends the silence.
    pub fn thaw(&self) {
        self.process.as_ref().expect("a running mail server").signal("CONT");
    }

    /// All that has come, in order.
    pub fn messages(&self) -> Vec<Message> {
        let text = std::fs::read_to_string(self.file()).unwrap_or_default();
        // The last line may be written at this moment.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a message")).collect()
    }

    /// All that has come to an address, in order.
    pub fn messages_to(&self, address: &str) -> Vec<Message> {
        self.messages().into_iter().filter(|message| message.to == [address]).collect()
    }

    /// Waits for the message of this number, from 1, to an address.
    pub async fn message(&self, address: &str, number: usize) -> Message {
        until(&format!("mail {number} to {address} comes"), async || {
            self.messages_to(address).into_iter().nth(number - 1)
        })
        .await
    }

    fn file(&self) -> PathBuf {
        self.folder.join("mail.jsonl")
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.join("mail-ca.pem")
    }
}

impl Message {
    /// The one address in it that can be followed.
    ///
    /// # Panics
    /// When there is none, or the two forms of the message do not agree.
    pub fn link(&self) -> &str {
        let mut links = self.text.lines().filter(|line| line.starts_with("http"));
        let link = links.next().unwrap_or_else(|| panic!("no link in {}", self.text));
        assert_eq!(links.next(), None, "{}", self.text);
        assert!(self.html.contains(&format!("<a href=\"{link}\">{link}</a>")), "{}", self.html);
        link
    }

    /// The token in that.
    ///
    /// # Panics
    /// When there is none.
    pub fn token(&self) -> String {
        let link = self.link();
        link.split_once("token=").unwrap_or_else(|| panic!("no token in {link}")).1.to_owned()
    }

    /// A header, which is there once.
    ///
    /// # Panics
    /// When it is there twice, or not.
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        assert!(found.next().is_none(), "two {name} in {:?}", self.headers);
        value
    }
}

async fn answers(port: u16) -> bool {
    let greeting = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let mut answer = [0; 3];
        stream.read_exact(&mut answer).await.ok()?;
        (&answer == b"220").then_some(())
    };
    matches!(tokio::time::timeout(std::time::Duration::from_secs(1), greeting).await, Ok(Some(())))
}
