//! What a screen has shown last.

use std::sync::{Arc, Mutex};

use rollcall_proto::v1::Code;
use tonic::Streaming;

/// More than anybody asks for.
const KEPT: usize = 8;

/// The newest codes, the newest first.
#[derive(Default)]
pub struct Screen(Mutex<Vec<String>>);

impl Screen {
    /// Shows what a stream sends, as long as it does.
    pub fn follow(mut codes: Streaming<Code>) -> Arc<Self> {
        let screen = Arc::new(Self::default());
        let shown = Arc::clone(&screen);
        tokio::spawn(async move {
            while let Ok(Some(code)) = codes.message().await {
                let mut newest = shown.0.lock().expect("the codes");
                newest.insert(0, code.code);
                newest.truncate(KEPT);
            }
        });
        screen
    }

    /// What somebody has in their camera who has looked at it until now.
    pub fn newest(&self, how_many: usize) -> Vec<String> {
        self.0.lock().expect("the codes").iter().take(how_many).cloned().collect()
    }
}
