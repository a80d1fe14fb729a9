//! Clients that share no code with Rollcall do the main flow.

use rollcall_tests::{Class, Kind, client, in_one_world};

in_one_world!(python_over_grpc, node_over_grpc_web);

async fn python_over_grpc(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let address = class.world.desk().grpc(0).replace("http://", "");
    client::run(&class, "python", &[&address], "the main flow works").await;
}

async fn node_over_grpc_web(kind: Kind) {
    let class = Class::open(kind, 1).await;
    client::run(&class, "node", &[&class.world.desk().edge(0)], "the main flow works").await;
}
