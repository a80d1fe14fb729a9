//! kill -9 between the commit and the telling.

use rollcall_tests::{Class, Kind, college::College, in_every_world, world::Plan};

use super::{end, told};

in_every_world!(nothing_is_lost_and_nothing_comes_twice);

async fn nothing_is_lost_and_nothing_comes_twice(kind: Kind) {
    let mut class = Class::of(Plan::new(kind), College::new("riverside", 30)).await;
    end(&class.teacher(), class.session_id()).await;
    class.world.kill(0).await;
    class.world.resume(0).await;
    // The job may have been taken already: then it comes again when its lease ends.
    class.world.advance(61).await;
    for student in [0, 29] {
        assert_eq!(told(&class.student(student), 1).await.len(), 1);
    }
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM notifications").await, 30);
}
