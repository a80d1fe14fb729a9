//! Programs that share no code with Rollcall and speak to it. Their own assertions decide; the exit status tells.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::json;
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::{Class, password::PASSWORD};

/// Runs `tests/clients/NAME/run` with these arguments. On its standard input it gets what it has to know of the class.
/// `last` is the line that it ends with.
///
/// # Panics
/// When the client finds something wrong.
pub async fn run(class: &Class, name: &str, arguments: &[&str], last: &str) {
    let college = &class.college;
    let world = json!({
        "password": PASSWORD,
        "teacher": college.teacher.email,
        "student": college.students[0].email,
        "session_id": college.session.id,
        "location_id": college.location.id,
        "student_id": college.students[0].id,
        "latitude": college.location.latitude,
        "longitude": college.location.longitude,
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name).join("run");
    let mut child = Command::new(&script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|cause| panic!("{}: {cause}", script.display()));
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(world.to_string().as_bytes()).await.expect("the world is read");
    drop(input);
    // The first run on a machine fetches the client's packages.
    let output = tokio::time::timeout(Duration::from_secs(420), child.wait_with_output())
        .await
        .expect("the client ends")
        .expect("the client's output");
    assert!(
        output.status.success() && output.stdout.ends_with(format!("{last}\n").as_bytes()),
        "{name} {arguments:?}: {}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
