//! Of many who use one token at the same moment on two replicas, one does. ROLLCALL_RACE_ROUNDS says how often it is tried.

use futures_util::future::join_all;
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_worlds, world::World};
use tonic::{Code, Response, Status};

use super::{NEW, accept, forgot, invited, login, plan, reset};

in_worlds!([postgres_redis POSTGRES_REDIS] for_one_reset_token_has_one_winner, for_one_invitation_has_one_winner);

const RACERS: usize = 32;

fn rounds() -> usize {
    std::env::var("ROLLCALL_RACE_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number"))
}

/// The password of the only one who was not refused.
async fn only_winner<T>(race: impl AsyncFn(usize, String) -> Result<Response<T>, Status>) -> String {
    let password = |number: usize| format!("{NEW} {number}");
    let results = join_all((0..RACERS).map(|number| race(number % 2, password(number)))).await;
    let mut winners = Vec::new();
    for (number, result) in results.into_iter().enumerate() {
        match result {
            Ok(_) => winners.push(number),
            Err(status) => {
                assert_eq!(Refusal::from(&status).kind(), (Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID"));
            }
        }
    }
    let [winner] = winners[..] else { panic!("these have won: {winners:?}") };
    password(winner)
}

async fn sign_in(world: &World, email: &str, password: &str) {
    login(&world.nobody(), email, password).await.answer();
}

async fn for_one_reset_token_has_one_winner(kind: Kind) {
    let class = Class::of(plan(kind).replicas(2), College::new("riverside", rounds())).await;
    let nobody = class.world.nobody();
    for student in &class.college.students {
        forgot(&nobody, &student.email).await.answer();
        let token = class.world.mail().message(&student.email, 1).await.token();
        let password = only_winner(async |replica, password| reset(&nobody.at(replica), &token, &password).await).await;
        sign_in(&class.world, &student.email, &password).await;
    }
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'password.reset'";
    assert_eq!(class.world.rows().await.number(told).await, rounds() as i64);
}

async fn for_one_invitation_has_one_winner(kind: Kind) {
    let class = Class::of(plan(kind).replicas(2), College::new("riverside", 0)).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    for round in 0..rounds() {
        let maple = invited(&admin, &format!("maple{round}")).await;
        let token = class.world.mail().message(&maple.email, 1).await.token();
        let password =
            only_winner(async |replica, password| accept(&nobody.at(replica), &token, &password).await).await;
        sign_in(&class.world, &maple.email, &password).await;
    }
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'invitation.accepted'";
    assert_eq!(class.world.rows().await.number(told).await, rounds() as i64);
}
