//! kill -9 while documents are handed in: what a row speaks of is there, whole; what no row speaks of goes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rollcall_proto::v1::{DownloadExcuseDocumentRequest, Excuse, ListExcusesRequest, RequestExcuseRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, on_both_stores, seed::State, until::until, world::Plan,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::{about, papers};

on_both_stores!(nothing_is_kept_by_half);

async fn nothing_is_kept_by_half(kind: Kind) {
    const STUDENTS: usize = 24;
    let mut college = College::new("riverside", STUDENTS);
    college.another_session(State::Active);
    let mut class = Class::of(Plan::new(kind), college).await;
    let answered = Arc::new(Semaphore::new(0));
    let tasks: Vec<_> = (0..STUDENTS)
        .map(|number| {
            let (student, answered) = (class.student(number), answered.clone());
            let document = papers::pdf(400_000 + number);
            let request = RequestExcuseRequest { document: Some(document), ..about(class.session_id()) };
            tokio::spawn(async move {
                let mut excuses = student.excuses();
                let asked = tokio::time::timeout(Duration::from_secs(20), excuses.request_excuse(request));
                let asked = asked.await.ok().and_then(Result::ok).map(tonic::Response::into_inner);
                answered.add_permits(usize::from(asked.is_some()));
                asked
            })
        })
        .collect();
    // In the midst of them, once some were answered.
    let some = rollcall_tests::until::soon("some are answered", answered.acquire_many(4)).await;
    some.expect("permits").forget();
    class.world.kill(0).await;
    let mut told = BTreeMap::new();
    for task in tasks {
        if let Some(excuse) = task.await.expect("a student") {
            told.insert(excuse.id.clone(), excuse);
        }
    }
    class.world.resume(0).await;
    let request = ListExcusesRequest { page_size: 500, ..Default::default() };
    let stored: Vec<Excuse> = class.admin().excuses().list_excuses(request).await.answer().excuses;
    for (id, excuse) in &told {
        assert!(stored.iter().any(|row| row == excuse), "{id} was answered and is not there");
    }
    for excuse in &stored {
        let request = DownloadExcuseDocumentRequest { id: excuse.id.clone() };
        let mut parts = class.admin().excuses().download_excuse_document(request).await.answer();
        let mut hash = Sha256::new();
        while let Some(part) = parts.message().await.expect("the whole document") {
            hash.update(&part.data);
        }
        let sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sha256, excuse.document.as_ref().expect("a document").sha256);
    }
    // An hour later there is a file for each, and nothing else.
    class.world.advance(3700).await;
    let folder = class.world.folder().join("data/documents");
    until("what was left behind is gone", async || {
        let files = std::fs::read_dir(&folder).expect("the folder");
        (files.count() == stored.len()).then_some(())
    })
    .await;
}
