//! Files that are no pictures, and pictures that are too large: refused before anything is made of them, and named.

use std::time::Instant;

use rollcall_tests::{Answer as _, Kind, in_one_world};

use super::{INVALID, class, consent, enrol, enrolled, pictures, with_picture};

in_one_world!(
    what_is_no_picture_is_refused_by_its_field,
    a_bomb_costs_nothing,
    a_bomb_in_a_colour_profile_costs_nothing
);

async fn what_is_no_picture_is_refused_by_its_field(kind: Kind) {
    let class = class(kind, 2).await;
    let (student, other) = (class.student(0), class.student(1));
    let portrait = pictures::portrait("person_b_1").await;
    enrolled(&student, vec![portrait.clone()]).await;
    consent(&other).await;
    let table: [(Vec<u8>, &str); 5] = [
        (b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "must be a JPEG, PNG or WebP image"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "must be a JPEG, PNG or WebP image"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "cannot be read to its end; send the whole file"),
        (pictures::bomb(5000, 10), "must have at most 4096 pixels a side and 16 million in all"),
        (pictures::bomb(4096, 4096), "must have at most 4096 pixels a side and 16 million in all"),
    ];
    for (bytes, description) in table {
        let refusal = student.check_ins().check_in(with_picture(&class, bytes.clone()).await).await.refused();
        assert_eq!(refusal.kind(), INVALID);
        assert_eq!(refusal.violations, [("face_image".to_owned(), description.to_owned())]);
        let refusal = enrol(&other, vec![bytes]).await.refused();
        assert_eq!(refusal.violations, [("photos[0]".to_owned(), description.to_owned())]);
    }
    // Half a JPEG has no end; decoders that fill it up must not be believed.
    let cut = enrol(&other, vec![portrait[..portrait.len() / 8].to_vec()]).await.refused();
    assert!(cut.kind() == INVALID || cut.reason == "FACE_QUALITY", "{cut:?}");
    for photos in [vec![], vec![Vec::new()], vec![portrait.clone(); 6], vec![vec![0xff; 5 * 1024 * 1024 + 1]]] {
        assert_eq!(enrol(&other, photos).await.refused().kind(), INVALID);
    }
    let large = with_picture(&class, vec![0xff; 5 * 1024 * 1024 + 1]).await;
    assert_eq!(student.check_ins().check_in(large).await.refused().kind(), INVALID);
}

async fn a_bomb_costs_nothing(kind: Kind) {
    let mut class = class(kind, 1).await;
    let student = class.student(0);
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    let process = class.world.server(0).process().id();
    let before = resident_peak(process);
    for _ in 0..8 {
        let request = with_picture(&class, pictures::bomb(50_000, 50_000)).await;
        let begun = Instant::now();
        let refusal = student.check_ins().check_in(request).await.refused();
        println!("a bomb is refused in {:?}", begun.elapsed());
        assert_eq!(refusal.kind(), INVALID);
    }
    let more = resident_peak(process) - before;
    println!("8 bombs took {more} KiB more");
    assert!(more < 100 * 1024, "{more} KiB");
}

/// A small picture, whose colour profile would be 128 MiB once it is unpacked.
async fn a_bomb_in_a_colour_profile_costs_nothing(kind: Kind) {
    let mut class = class(kind, 1).await;
    let student = class.student(0);
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    let process = class.world.server(0).process().id();
    let before = resident_peak(process);
    let bomb = pictures::with_profile("person_b_2", 128 * 1024 * 1024).await;
    let begun = Instant::now();
    // Whether it is read without its profile or refused is all the same.
    let answer = student.check_ins().check_in(with_picture(&class, bomb).await).await;
    println!("it took {:?} and gave {:?}", begun.elapsed(), answer.map(|record| record.into_inner().evidence));
    let more = resident_peak(process) - before;
    println!("it took {more} KiB more");
    assert!(more < 100 * 1024, "{more} KiB");
}

/// The most memory that a process ever had, in KiB.
fn resident_peak(process: u32) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
