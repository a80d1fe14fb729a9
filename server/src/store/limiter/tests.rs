//! The script against the decision in Rust, in a Redis of the test's own.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use secrecy::SecretString;

use super::{
    window::{Window, tests::arrivals},
    *,
};

/// Ends with the test.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is there; tests/run installs it");
        Self { child, url: format!("redis://127.0.0.1:{port}") }
    }

    fn connect(&self) -> Redis {
        Redis::connect(&SecretString::from(self.url.clone())).expect("an address")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Tries until Redis answers: on a busy machine it may be late.
async fn run(redis: &Redis, script: &Script, key: &str, arguments: &[String]) -> Vec<i64> {
    let give_up = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = redis.run(script, key.to_owned(), arguments.to_vec()).await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < give_up, "Redis does not answer");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[test]
fn the_script_decides_as_the_rust_does() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let server = Server::start();
    let redis = runtime.block_on(async { server.connect() });
    // The test says what time it is, for one call after the other.
    let script = Script::new(format!(
        "redis.call('DEL', KEYS[1])
         local function decide(now) {DECISION} end
         local answers = {{}}
         for place = 4, #ARGV do
             local answer = decide(tonumber(ARGV[place]))
             table.insert(answers, answer[1])
             table.insert(answers, answer[2])
         end
         return answers"
    ));
    let mut runner = TestRunner::new(Config { cases: 100, ..Config::default() });
    let result = runner.run(&(arrivals(), prop::collection::vec(0..400_usize, 0..3)), |((limit, gaps), put_back)| {
        let (mut window, mut now) = (Window::default(), 1_800_000_000_000_000_u64);
        let (mut arguments, mut expected) = (arguments(&limit), Vec::new());
        for (number, gap) in gaps.into_iter().take(400).enumerate() {
            // Clocks are put back too, by a little and by more than a period.
            match put_back.iter().position(|at| *at == number) {
                Some(0) => now -= gap,
                Some(_) => now -= 2 * window::micros(limit.period),
                None => now += gap,
            }
            arguments.push(now.to_string());
            expected.push(window.count(&limit, now));
        }
        let answers = runtime.block_on(run(&redis, &script, "key", &arguments));
        let answers: Vec<_> = answers.chunks(2).filter_map(read).collect();
        prop_assert_eq!(answers, expected);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_caller_is_small_and_forgotten() {
    let server = Server::start();
    let redis = server.connect();
    let limit = Limit::new("test", 100_000, Duration::from_millis(600)).expect("a limit");
    let script = Script::new(format!("{REDIS_TIME}{DECISION}"));
    let size = Script::new("return {redis.call('STRLEN', KEYS[1]), redis.call('PTTL', KEYS[1])}".to_owned());
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        run(&redis, &script, "key", &arguments(&limit)).await;
    }
    let [bytes, life] = *run(&redis, &size, "key", &[]).await else { panic!("two numbers") };
    assert!((24..=12 + 12 * 62).contains(&bytes) || bytes == 0, "{bytes} bytes");
    assert!(life <= 601, "for {life} ms");
    let give_up = tokio::time::Instant::now() + Duration::from_secs(30);
    while run(&redis, &size, "key", &[]).await != [0, -2] {
        assert!(tokio::time::Instant::now() < give_up, "it is never forgotten");
    }
}

#[tokio::test]
async fn a_redis_that_comes_and_goes_gives_nobody_a_limit_anew() {
    let limit = Limit::new("test", 20, Duration::from_secs(3600)).expect("a limit");
    let mut server = Server::start();
    let limiter = Limiter::new(Some(server.connect()));
    run(limiter.redis.as_ref().expect("Redis"), &limiter.script, "warm", &arguments(&limit)).await;
    let mut passed = 0;
    for call in 0..60 {
        if call == 10 {
            _ = server.child.kill();
            _ = server.child.wait();
        }
        passed += u32::from(!limiter.count(limit, "somebody").await.is_refused());
    }
    // Also where Redis was too late for a call that it had counted: then the process has counted it too.
    assert_eq!(passed, 20);
}

#[test]
fn one_owner_of_addresses_has_one_key() {
    for (one, other, same) in [
        ("203.0.113.7", "203.0.113.7", true),
        ("203.0.113.7", "203.0.113.8", false),
        ("203.0.113.7", "::ffff:203.0.113.7", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::1", "127.0.0.1", false),
    ] {
        let key = |address: &str| address_key(address.parse().expect("an address"));
        assert_eq!(key(one) == key(other), same, "{one} {other}");
    }
}
