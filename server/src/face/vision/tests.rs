//! Measured with the real models and six public portraits, where `tests/it/face` has fetched both into the cache.

use std::{collections::HashMap, path::PathBuf, time::Instant};

use super::*;

fn folder(name: &str) -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
    Some(cache.join("rollcall/faces").join(name)).filter(|folder| folder.is_dir())
}

#[test]
fn the_portraits_are_as_far_apart_as_was_measured() {
    let (Some(models), Some(portraits)) = (folder("models"), folder("portraits")) else {
        eprintln!("NOT MEASURED: the models and the portraits were not fetched; the tests of `face` do that");
        return;
    };
    let file = |name: &str| std::fs::read(models.join(name)).expect("a model");
    let models = Models::load(file("face_detection_yunet_2023mar.onnx"), file("face_recognition_sface_2021dec.onnx"))
        .expect("they load");
    let names = ["person_a_1", "person_a_2", "person_b_1", "person_b_2", "impostor_1", "impostor_2"];
    let vectors: HashMap<&str, Vector> = names
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(portraits.join(format!("{name}.jpg"))).expect("a portrait");
            let begun = Instant::now();
            let vector = models.read(&bytes).expect("one clear face");
            println!("{name} {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
            (name, vector)
        })
        .collect();
    let distance = |a: &str, b: &str| 1.0 - vectors[a].similarity(&vectors[b]);
    for (number, a) in names.into_iter().enumerate() {
        for b in &names[number + 1..] {
            let (distance, measured) = (
                distance(a, b),
                match (a, *b) {
                    ("person_a_1", "person_a_2") => 0.373..=0.413,
                    ("person_b_1", "person_b_2") => 0.209..=0.249,
                    _ => 0.742..=1.114,
                },
            );
            println!("{a} {b} {distance:.3}");
            assert!(measured.contains(&distance), "{a} {b} {distance}, measured {measured:?}");
        }
    }
}
