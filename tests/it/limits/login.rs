//! Signing in: guessing at an account gets nowhere, from however many addresses, and locks nobody out whose device or address
//! the account knows.

use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use rollcall_proto::v1::{LoginRequest, LoginResponse};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, World,
    college::College,
    in_every_world, in_one_world, in_worlds,
    password::{self, PASSWORD},
    world::Plan,
};
use tonic::{Code, Response, Status};

use super::{MINUTE, TRUST_THE_TEST, assert_limited, from, login, most, standing, text};

const LIMIT: usize = 10;
const HOME: &str = "198.51.100.7";
const PHONE: &str = "0192f0c1-7a3b-7000-8000-000000000001";

in_every_world!(evaluates_few_of_a_thousand_guesses_from_fifty_addresses, treats_an_account_that_is_not_there_alike);
in_one_world!(
    knows_a_device_of_another_account_no_more_than_none,
    counts_addresses_by_themselves,
    tells_no_stranger_what_others_do
);
in_worlds!([sqlite SQLITE_MEMORY, postgres POSTGRES_MEMORY]
    knows_a_device_long_after_its_sign_in_has_expired,
    knows_the_usual_address,
    knows_for_one_account_and_not_for_its_namesakes,
    tries_of_namesakes_those_that_have_tries_left);

fn plan(kind: Kind) -> Plan {
    Plan::new(kind).set("RATE_LIMIT_LOGIN_PER_MINUTE", &LIMIT.to_string()).set(TRUST_THE_TEST.0, TRUST_THE_TEST.1)
}

/// Uses up what those may try who know nothing but the account's name, from one address.
async fn exhaust(class: &Class, email: &str) {
    let nobody = class.world.nobody();
    let mut tried = 0;
    while let Err(status) = login(&nobody, "203.0.113.1", "", email, "a guess").await
        && status.code() == Code::Unauthenticated
    {
        tried += 1;
        assert!(tried <= LIMIT, "guess {tried} was let through");
    }
    // One may be gone: the first login of a device that is known by now.
    assert!(tried >= LIMIT - 1, "stopped after {tried}");
}

async fn evaluates_few_of_a_thousand_guesses_from_fifty_addresses(kind: Kind) {
    const GUESSES: usize = 1000;
    let class = Class::of(plan(kind), College::new("riverside", 2)).await;
    let victim = &class.college.students[0].email;
    let nobody = class.world.nobody();
    login(&nobody, HOME, PHONE, victim, PASSWORD).await.answer();

    let begun = Instant::now();
    let guesses = (0..GUESSES).map(|number| {
        let nobody = nobody.clone();
        async move {
            let address = format!("203.0.113.{}", number % 50);
            let device = if number % 3 == 0 { format!("device {number}") } else { String::new() };
            login(&nobody, &address, &device, victim, &format!("guess {number}")).await.refused()
        }
    });
    let refusals: Vec<Refusal> = stream::iter(guesses).buffer_unordered(32).collect().await;
    let evaluated = refusals.iter().filter(|refusal| refusal.reason == "CREDENTIALS_INVALID").count();
    // One more may have been spent by the login above, which knew no device yet.
    assert!((LIMIT - 1..=most(LIMIT, MINUTE, begun)).contains(&evaluated), "{evaluated} were evaluated");
    for refusal in refusals.iter().filter(|refusal| refusal.reason != "CREDENTIALS_INVALID") {
        assert_limited(refusal);
    }
    // In any spelling of the address, and with the right password too, who is not known waits.
    for email in [victim.to_uppercase(), format!("  {victim} "), victim.clone()] {
        assert_limited(&login(&nobody, "203.0.113.200", "another phone", &email, PASSWORD).await.refused());
    }
    // The victim comes in, from home and from elsewhere; and nobody else is touched.
    login(&nobody, HOME, PHONE, victim, PASSWORD).await.answer();
    login(&nobody, "203.0.113.1", PHONE, victim, PASSWORD).await.answer();
    login(&nobody, "203.0.113.1", "", &class.college.students[1].email, PASSWORD).await.answer();
}

async fn treats_an_account_that_is_not_there_alike(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    exhaust(&class, "nobody@riverside.example").await;
    exhaust(&class, &class.college.students[0].email).await;
    let nobody = class.world.nobody();
    let refusal = async |email: &str| {
        let refusal = login(&nobody, "203.0.113.9", PHONE, email, "a guess").await.refused();
        assert_limited(&refusal);
        (refusal.reason.clone(), refusal.told("limit").to_owned())
    };
    assert_eq!(refusal("nobody@riverside.example").await, refusal(&class.college.students[0].email).await);
}

async fn knows_a_device_of_another_account_no_more_than_none(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 2)).await;
    let [victim, other] = [0, 1].map(|number| class.college.students[number].email.clone());
    let nobody = class.world.nobody();
    login(&nobody, HOME, PHONE, &other, PASSWORD).await.answer();
    exhaust(&class, &victim).await;
    assert_limited(&login(&nobody, HOME, PHONE, &victim, PASSWORD).await.refused());
    // Who knows a device's name can use up what is its own, and not more.
    for _ in 0..LIMIT {
        assert_eq!(login(&nobody, HOME, PHONE, &other, "a guess").await.refused().reason, "CREDENTIALS_INVALID");
    }
    assert_limited(&login(&nobody, "203.0.113.8", PHONE, &other, "a guess").await.refused());
    login(&nobody, HOME, "", &other, PASSWORD).await.answer();
}

async fn knows_a_device_long_after_its_sign_in_has_expired(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let victim = &class.college.students[0].email;
    let nobody = class.world.nobody();
    login(&nobody, HOME, PHONE, victim, PASSWORD).await.answer();
    class.world.advance(60 * 86_400).await;
    exhaust(&class, victim).await;
    login(&nobody, HOME, PHONE, victim, PASSWORD).await.answer();
}

/// A new phone at the usual place.
async fn knows_the_usual_address(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 2)).await;
    let [victim, other] = [0, 1].map(|number| class.college.students[number].email.clone());
    let nobody = class.world.nobody();
    login(&nobody, HOME, PHONE, &victim, PASSWORD).await.answer();
    login(&nobody, "2001:db8:1:2::1", PHONE, &victim, PASSWORD).await.answer();
    for email in [&victim, &other] {
        exhaust(&class, email).await;
    }
    for usual in [HOME, "2001:db8:1:2:ffff::9", "::ffff:198.51.100.7"] {
        let phone = format!("a new phone at {usual}");
        login(&nobody, usual, &phone, &victim, PASSWORD).await.answer();
        assert_limited(&login(&nobody, usual, &phone, &other, PASSWORD).await.refused());
    }
    for elsewhere in ["198.51.100.8", "2001:db8:1:3::1"] {
        assert_limited(&login(&nobody, elsewhere, "a third phone", &victim, PASSWORD).await.refused());
    }
    // Who is at the same place can use up what it has, and nothing of the devices'.
    let mut tried = 0;
    while login(&nobody, HOME, "", &victim, "a guess").await.refused().reason == "CREDENTIALS_INVALID" {
        tried += 1;
        assert!(tried <= LIMIT, "guess {tried} was let through");
    }
    assert_limited(&login(&nobody, HOME, "a fourth phone", &victim, PASSWORD).await.refused());
    login(&nobody, HOME, PHONE, &victim, PASSWORD).await.answer();
}

/// Two colleges with the same address, whose owners have different passwords.
async fn namesakes(kind: Kind) -> (World, String) {
    let (one, mut other) = (College::new("riverside", 1), College::new("hillside", 1));
    let email = one.students[0].email.clone();
    other.students[0].email.clone_from(&email);
    other.students[0].password_hash = Some(password::hash(OTHERS));
    (plan(kind).start(&[&one, &other]).await, email)
}

const OTHERS: &str = "another battery staple";

async fn login_to(
    world: &World,
    college: &str,
    (address, device_id): (&str, &str),
    (email, password): (&str, &str),
) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest {
        email: email.to_owned(),
        password: password.to_owned(),
        device_id: device_id.to_owned(),
        college: college.to_owned(),
        ..LoginRequest::default()
    };
    world.nobody().auth().login(from(address, request)).await
}

/// Whoever has an account of the same address in another college has no more tries than anybody else.
async fn knows_for_one_account_and_not_for_its_namesakes(kind: Kind) {
    let (world, email) = namesakes(kind).await;
    login_to(&world, "hillside", (HOME, PHONE), (&email, OTHERS)).await.answer();
    let stranger = ("203.0.113.1", "");
    for _ in 0..=LIMIT {
        login_to(&world, "riverside", stranger, (&email, "a guess")).await.refused();
    }
    for place in [(HOME, PHONE), (HOME, "another phone"), ("203.0.113.1", PHONE)] {
        assert_limited(&login_to(&world, "riverside", place, (&email, PASSWORD)).await.refused());
        // Without a college the one account is tried that has tries left, and the password is not that one's.
        let refusal = login_to(&world, "", place, (&email, PASSWORD)).await.refused();
        assert_eq!(refusal.reason, "CREDENTIALS_INVALID", "{place:?}");
        let told = login_to(&world, "hillside", place, (&email, OTHERS)).await.answer();
        assert_eq!(told.user.map(|user| user.email).as_deref(), Some(&*email));
    }
}

/// Nobody in another college can use up what an account knows.
async fn tries_of_namesakes_those_that_have_tries_left(kind: Kind) {
    let (world, email) = namesakes(kind).await;
    login_to(&world, "", (HOME, PHONE), (&email, PASSWORD)).await.answer();
    for college in ["hillside", ""] {
        for _ in 0..=LIMIT {
            login_to(&world, college, ("203.0.113.1", ""), (&email, "a guess")).await.refused();
        }
    }
    assert_limited(&login_to(&world, "", ("203.0.113.1", ""), (&email, PASSWORD)).await.refused());
    login_to(&world, "", (HOME, PHONE), (&email, PASSWORD)).await.answer();
    login_to(&world, "", (HOME, "another phone"), (&email, PASSWORD)).await.answer();
}

async fn counts_addresses_by_themselves(kind: Kind) {
    let plan = plan(kind).set("RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let nobody = class.world.nobody();
    for number in 0..LIMIT {
        let email = format!("nobody-{number}@riverside.example");
        let refusal = login(&nobody, "203.0.113.1", "", &email, "a guess").await.refused();
        assert_eq!(refusal.reason, "CREDENTIALS_INVALID", "{number}");
    }
    let victim = &class.college.students[0].email;
    // What an address is refused uses up nothing of the account's.
    for _ in 0..2 * LIMIT {
        assert_limited(&login(&nobody, "203.0.113.1", "", victim, "a guess").await.refused());
    }
    login(&nobody, HOME, "", victim, PASSWORD).await.answer();
}

/// Behind one address, and at one account, are people who know nothing of each other.
async fn tells_no_stranger_what_others_do(kind: Kind) {
    let plan = plan(kind).set("RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE", "100");
    let class = Class::of(plan, College::new("riverside", 2)).await;
    let victim = &class.college.students[0].email;
    let nobody = class.world.nobody();
    let fields = |status: &Status| {
        let text = |name| text(status.metadata(), name).to_owned();
        (text("ratelimit-policy"), text("ratelimit"))
    };
    let try_once = async || login(&nobody, HOME, "", victim, "a guess").await.expect_err("a guess");
    let first = fields(&try_once().await);
    let policy = r#""login-address";q=100;w=60, "login";q=10;w=60"#;
    assert_eq!(first, (policy.to_owned(), String::new()));
    // Others try, at this account and at another one.
    for email in [victim, &class.college.students[1].email] {
        for _ in 0..3 {
            login(&nobody, HOME, "", email, "a guess").await.refused();
        }
    }
    assert_eq!(fields(&try_once().await), first, "as if nobody had");
    let answer = login(&nobody, HOME, "", &class.college.students[1].email, PASSWORD).await.expect("an answer");
    assert_eq!((text(answer.metadata(), "ratelimit-policy"), text(answer.metadata(), "ratelimit")), (policy, ""));
    // Who is refused must know when to come back.
    let limited = loop {
        let status = try_once().await;
        if status.code() == Code::ResourceExhausted {
            break status;
        }
    };
    let (told_policy, told) = fields(&limited);
    let (left, seconds) = standing(&told_policy, &told, "login", LIMIT, 60);
    assert!(left == 0 && (1..=60).contains(&seconds), "{told}");
    assert!(!told.contains("login-address"), "{told}");
}
