//! Clients that share no code with Rollcall do the main flow. Their own assertions decide; the exit status tells.

use std::{path::Path, process::Stdio, time::Duration};

use rollcall_tests::{Class, Kind, in_one_world, password::PASSWORD};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, process::Command};

in_one_world!(python_over_grpc, node_over_grpc_web);

async fn python_over_grpc(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let address = class.world.desk().grpc(0).replace("http://", "");
    main_flow(&class, "python", &address).await;
}

async fn node_over_grpc_web(kind: Kind) {
    let class = Class::open(kind, 1).await;
    main_flow(&class, "node", &class.world.desk().edge(0)).await;
}

async fn main_flow(class: &Class, client: &str, address: &str) {
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
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(client).join("run");
    let mut child = Command::new(&script)
        .arg(address)
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
    let output = tokio::time::timeout(Duration::from_secs(150), child.wait_with_output())
        .await
        .expect("the client ends")
        .expect("the client's output");
    assert!(
        output.status.success() && output.stdout.ends_with(b"the main flow works\n"),
        "{client}: {}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
