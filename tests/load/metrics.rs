//! What the server counts itself.

use std::net::SocketAddr;

/// How many items of this kind, such as check-ins, went into a transaction, on average.
pub async fn mean_batch(admin: SocketAddr, kind: &str) -> anyhow::Result<Option<f64>> {
    let (text, label) = (read(admin).await?, format!("batch=\"{kind}\""));
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name) && line.contains(&label))?;
        line.rsplit_once(' ')?.1.parse::<f64>().ok()
    };
    let (sum, count) = (value("rollcall_batch_items_sum"), value("rollcall_batch_items_count"));
    Ok(sum.zip(count).filter(|(_, count)| *count > 0.0).map(|(sum, count)| sum / count))
}

/// One number that has no labels; none before it was first counted.
pub async fn value(admin: SocketAddr, name: &str) -> anyhow::Result<Option<f64>> {
    let text = read(admin).await?;
    Ok(text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()))
}

async fn read(admin: SocketAddr) -> anyhow::Result<String> {
    let client = rollcall_tests::rest::client().build()?;
    Ok(client.get(format!("http://{admin}/metrics")).send().await?.error_for_status()?.text().await?)
}
