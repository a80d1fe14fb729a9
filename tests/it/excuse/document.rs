//! Documents: what they are by their content, how large, and who may read them.

use std::convert::Infallible;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::stream;
use http::Method;
use reqwest::Body;
use rollcall_proto::v1::{DownloadExcuseDocumentRequest, Excuse, RequestExcuseRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, actor::Actor, college::College, in_one_world, on_both_stores, seed::State,
    until::until, world::Plan,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tonic::{Code, Response, Status};
use uuid::Uuid;

use super::{about, papers};

on_both_stores!(what_was_handed_in_is_saved_by_those_whom_it_concerns, what_is_left_behind_goes);
in_one_world!(is_what_its_content_says, may_be_as_large_as_it_is_said_to, a_flood_is_not_read);

const LIMIT: usize = 5 << 20;

async fn hand_in(student: &Actor, session: Uuid, document: Vec<u8>) -> Result<Response<Excuse>, Status> {
    let request = RequestExcuseRequest { document: Some(document), ..about(session) };
    student.excuses().request_excuse(request).await
}

/// As gRPC gives it, part after part.
async fn download(reader: &Actor, id: &str) -> Result<(String, Vec<u8>), Status> {
    let request = DownloadExcuseDocumentRequest { id: id.to_owned() };
    let mut parts = reader.excuses().download_excuse_document(request).await?.into_inner();
    let (mut content_type, mut document) = (String::new(), Vec::new());
    while let Some(part) = parts.message().await? {
        content_type = part.content_type;
        document.extend_from_slice(&part.data);
    }
    Ok((content_type, document))
}

/// The most memory that a process has had.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// The files among the documents.
fn kept(class: &Class) -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(class.world.folder().join("data/documents")).expect("the folder");
    folder.map(|entry| entry.expect("a file").path()).collect()
}

async fn what_was_handed_in_is_saved_by_those_whom_it_concerns(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let sessions: Vec<_> = (0..2).map(|_| college.another_session(State::Active)).collect();
    let foreign = College::new("hillside", 1);
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let cases = [
        (class.session_id(), papers::pdf(1_300_000), "application/pdf", "pdf"),
        (sessions[0].id, papers::png(), "image/png", "png"),
        (sessions[1].id, papers::jpeg(), "image/jpeg", "jpg"),
    ];
    let foreign_admin = class.world.actor(&foreign.admin);
    for (session, document, content_type, extension) in cases {
        let excuse = hand_in(&class.student(0), session, document.clone()).await.answer();
        let told = excuse.document.expect("a document");
        assert_eq!((told.content_type.as_str(), told.size_bytes), (content_type, document.len() as i32));
        let sha256: String = Sha256::digest(&document).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(told.sha256, sha256);
        for reader in [class.student(0), class.teacher(), class.admin()] {
            assert_eq!(
                download(&reader, &excuse.id).await.expect("the document"),
                (content_type.to_owned(), document.clone())
            );
        }
        let path = format!("/api/v1/excuses/{}/document", excuse.id);
        let reply = class.teacher().rest().get(&path).await;
        assert_eq!(
            (reply.status, reply.content_type.as_str(), &reply.bytes),
            (200, content_type, &Bytes::from(document))
        );
        // It is saved, and no browser makes something else of it.
        let disposition = format!("attachment; filename=\"excuse-{}.{extension}\"", excuse.id);
        assert_eq!(reply.headers["content-disposition"], disposition);
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert!(reply.headers["content-security-policy"].contains("default-src 'none'"), "{:?}", reply.headers);
        // To everybody else it is as if it were not there.
        let absent = format!("/api/v1/excuses/{}/document", Uuid::now_v7());
        for reader in [class.student(1), class.other_teacher(), foreign_admin.clone()] {
            let here = reader.rest().get(&path).await.refused();
            assert_eq!(here.kind(), (Code::NotFound, "NOT_FOUND"));
            assert_eq!(here, reader.rest().get(&absent).await.refused());
        }
        assert_eq!(class.world.nobody().rest().get(&path).await.status, 401);
    }
    let without = super::ask(&class.student(1), class.session_id()).await;
    let refusal = Refusal::from(&download(&class.teacher(), &without.id).await.expect_err("no document"));
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "document"));

    // Whoever has read it stands in the audit; and no name tells whose it is or when it came.
    let read = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'excuse.document_read'";
    assert_eq!(class.world.rows().await.number(read).await, 3 * 4);
    let files = kept(&class);
    assert_eq!(files.len(), 3);
    for file in files {
        let name = Uuid::parse_str(file.file_name().and_then(|name| name.to_str()).expect("a name")).expect("a UUID");
        assert_eq!(name.get_version_num(), 4);
    }
}

async fn is_what_its_content_says(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let cut = |whole: Vec<u8>, from_end: usize| whole[..whole.len() - from_end].to_vec();
    let with = |mut whole: Vec<u8>, at: usize| {
        whole[at] ^= 0x55;
        whole
    };
    let join = |parts: &[&[u8]]| parts.concat();
    // A PDF that is an archive too: its end is the comment of one.
    let both = {
        let pdf = papers::pdf(2000);
        let tail = &pdf[pdf.len() - 60..];
        let head = &pdf[..pdf.len() - 60 - papers::archive_end(b"").len()];
        join(&[head, &papers::archive_end(tail)])
    };
    assert_eq!(both.len(), 2000);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing known", b"hello".to_vec()),
        ("a page", b"<html><script>alert(1)</script>".to_vec()),
        ("an archive", papers::archive_end(b"")),
        ("a GIF", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec()),
        ("a program", b"MZ\x90\x00".to_vec()),
        ("an SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("a page that begins like a JPEG", join(&[b"\xff\xd8\xff\xe0", b"<script>alert(1)</script>"])),
        ("a page that begins like a PNG", join(&[b"\x89PNG\r\n\x1a\n", b"<script>alert(1)</script>"])),
        ("a page that begins like a PDF", join(&[b"%PDF-1.7\n", b"<script>alert(1)</script>"])),
        ("a PDF behind something else", join(&[b"<script></script>", &papers::pdf(500)])),
        ("something behind a PDF", join(&[&papers::pdf(500), b"<script></script>"])),
        ("an archive behind a PDF", join(&[&papers::pdf(500), &papers::archive_end(b"")])),
        ("an archive that ends like a PDF", both),
        ("half a JPEG", cut(papers::jpeg(), 1)),
        ("half a PNG", cut(papers::png(), 1)),
        ("half a PDF", cut(papers::pdf(500), 3)),
        ("a JPEG without a frame", with(papers::jpeg(), 9)),
        ("a PNG with a wrong sum", with(papers::png(), 50)),
        ("a PDF that leads nowhere", with(papers::pdf(500), 500 - 10)),
    ];
    for (what, document) in cases {
        let refusal = hand_in(&class.student(0), class.session_id(), document).await;
        let refusal = Refusal::from(&refusal.err().unwrap_or_else(|| panic!("{what} was taken")));
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{what}: {refusal:?}");
        assert_eq!(refusal.violations[0].0, "document", "{what}: {refusal:?}");
    }
    assert_eq!(kept(&class), Vec::<std::path::PathBuf>::new(), "what is refused is not kept");

    // What cameras put behind an image is cut off, and with it whatever else could stand there.
    let tail = join(&[b"SEFT<script>alert(1)</script>", &papers::archive_end(b"")]);
    let excuse = hand_in(&class.student(0), class.session_id(), join(&[&papers::jpeg(), &tail])).await.answer();
    let (_, document) = download(&class.student(0), &excuse.id).await.expect("the document");
    assert_eq!(document, papers::jpeg());
    assert_eq!(excuse.document.expect("a document").size_bytes, papers::jpeg().len() as i32);
}

async fn may_be_as_large_as_it_is_said_to(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let other = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let student = class.student(0);
    let path = format!("/api/v1/sessions/{}/excuses", class.session_id());
    let as_json = |document: Vec<u8>| json!({"reason": "Ill", "document": STANDARD.encode(document)});

    let larger = Refusal::from(&hand_in(&student, other.id, papers::pdf(LIMIT + 1)).await.expect_err("too large"));
    assert_eq!(
        (larger.kind(), larger.violations[0].0.as_str()),
        ((Code::InvalidArgument, "INVALID_FIELD"), "document")
    );
    let larger = student.rest().post(&path, &as_json(papers::pdf(LIMIT + 1))).await.refused();
    assert_eq!(
        (larger.kind(), larger.violations[0].0.as_str()),
        ((Code::InvalidArgument, "INVALID_FIELD"), "document")
    );

    let whole = papers::pdf(LIMIT);
    let by_grpc = hand_in(&student, other.id, whole.clone()).await.answer();
    let by_rest = student.rest().post(&path, &as_json(whole.clone())).await.answer();
    for id in [by_grpc.id.as_str(), by_rest["id"].as_str().expect("an id")] {
        assert_eq!(download(&class.teacher(), id).await.expect("the document").1, whole);
    }
    let reply = student.rest().get(&format!("/api/v1/excuses/{}/document", by_grpc.id)).await;
    assert_eq!(reply.bytes, whole, "also in one answer over REST");
}

/// A hundred megabytes are refused when the bound is passed; what is there of them by then is all that is ever there.
async fn a_flood_is_not_read(kind: Kind) {
    const PARTS: usize = 100;
    let mut class = Class::open(kind, 1).await;
    let path = format!("/api/v1/sessions/{}/excuses", class.session_id());
    let memory = |class: &mut Class| peak_kib(class.world.server(0).process().id());
    let before = memory(&mut class);
    let rest = class.student(0).rest();
    let begin = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{\"reason\":\"Ill\",\"document\":\""))]);
    let part = Bytes::from(vec![b'A'; 1 << 20]);
    let flood = stream::iter((0..PARTS).map(move |_| Ok(part.clone())));
    let body = Body::wrap_stream(futures_util::StreamExt::chain(begin, flood));
    let request = rest.request(Method::POST, &path).header("content-type", "application/json").body(body);
    // The answer may come while it still sends, and then the sending fails.
    if let Ok(answer) = rollcall_tests::until::soon("the edge answers", request.send()).await {
        assert_eq!(answer.status(), 413);
    }
    let declared = rest
        .request(Method::POST, &path)
        .header("content-type", "application/json")
        .header("content-length", (100 << 20).to_string())
        .body(Body::wrap_stream(stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))])));
    if let Ok(answer) = rollcall_tests::until::soon("the edge answers", declared.send()).await {
        assert_eq!(answer.status(), 413);
    }
    let flood = vec![0; 100 << 20];
    let refused = hand_in(&class.student(0), class.session_id(), flood).await.expect_err("too large");
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    let grown = memory(&mut class).saturating_sub(before);
    assert!(grown < 40 << 10, "the server grew by {grown} KiB");
    super::ask(&class.student(0), class.session_id()).await;
}

/// A document of which no excuse speaks, because the server ended in between, is taken away an hour later, and no other.
async fn what_is_left_behind_goes(kind: Kind) {
    let class = Class::open(kind, 1).await;
    hand_in(&class.student(0), class.session_id(), papers::png()).await.answer();
    let rows = class.world.rows().await;
    let waiting = "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'excuse.document_left'";
    assert_eq!(rows.number(waiting).await, 1);
    assert_eq!(kept(&class).len(), 1);
    // One that is refused in the transaction does not wait for the hour.
    let refusal = hand_in(&class.student(0), class.session_id(), papers::jpeg()).await.expect_err("there is one");
    assert_eq!(refusal.code(), Code::AlreadyExists);
    assert_eq!(kept(&class).len(), 1);
    class.world.advance(3700).await;
    until("the jobs have looked", async || (rows.number(waiting).await == 0).then_some(())).await;
    assert_eq!(kept(&class).len(), 1, "what an excuse speaks of stays");
}
