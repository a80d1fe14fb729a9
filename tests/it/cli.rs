//! The command line: settings, migrations, the demo.

use rollcall_tests::{
    Kind,
    college::College,
    in_one_world, on_both_stores,
    rest::Rest,
    server::{self, Server, Settings},
    world::{Plan, SECRET},
};
use serde_json::{Value, json};
use tempfile::TempDir;

in_one_world!(
    explains_itself,
    refuses_weak_secrets,
    lists_every_fault,
    masks_secrets,
    shows_the_demo,
    keeps_the_demo_out_of_production,
    keeps_its_own_secret,
    refuses_what_is_no_setting,
    reads_settings_in_order,
    checks_health
);
on_both_stores!(
    migrates_up_and_down,
    refuses_an_old_schema_in_production,
    begins_a_school,
    makes_a_password_where_none_is_given,
    begins_nothing_that_cannot_be
);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn settings<const N: usize>(pairs: [(&str, &str); N]) -> Settings {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

struct Said {
    success: bool,
    output: String,
    errors: String,
}

async fn run(arguments: &[&str], settings: &Settings, folder: &TempDir) -> Said {
    let output = server::run(arguments, settings, folder.path()).await;
    Said {
        success: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

async fn explains_itself(_: Kind) {
    let folder = folder();
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["edge", "--help"],
        &["migrate", "--help"],
        &["admin", "--help"],
        &["admin", "init", "--help"],
        &["healthcheck", "--help"],
        &["models", "fetch", "--help"],
    ] {
        let said = run(arguments, &Settings::new(), &folder).await;
        assert!(said.success && said.output.contains("Usage: rollcall"), "{arguments:?}: {}", said.errors);
    }
    let said = run(&["explode"], &Settings::new(), &folder).await;
    assert!(!said.success && said.errors.contains("explode"), "{}", said.errors);
}

async fn refuses_weak_secrets(_: Kind) {
    let folder = folder();
    let weak = [
        "",
        "short",
        "your-secret-key-change-me-in-production-please",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    for secret in weak {
        for name in ["SECRET_KEY", "JWT_SECRET"] {
            let settings = settings([
                ("ENVIRONMENT", "production"),
                (name, secret),
                ("GRPC_PORT", "0"),
                ("API_PORT", "0"),
                ("ADMIN_PORT", "0"),
            ]);
            let said = run(&["serve"], &settings, &folder).await;
            assert!(!said.success, "{name} {secret:?} was taken");
            assert!(said.errors.contains("SECRET_KEY"), "{name} {secret:?}: {}", said.errors);
            assert!(secret.is_empty() || !said.errors.contains(secret), "the secret is shown: {}", said.errors);
        }
    }
}

async fn lists_every_fault(_: Kind) {
    let faulty = [
        ("GRPC_PORT", "many"),
        ("API_PORT", "70000"),
        ("QR_REFRESH_INTERVAL_SECONDS", "-5"),
        ("OTP_EXPIRATION_SECONDS", "9"),
        ("DATABASE_URL", "mysql://localhost/rollcall"),
        ("REDIS_URL", "localhost:6379"),
        ("TZ", "Mars/Olympus"),
        ("CORS_ORIGINS", "*"),
        ("RATE_LIMIT_LOGIN_PER_MINUTE", "ten"),
    ];
    let folder = folder();
    let said = run(&["serve"], &settings(faulty), &folder).await;
    assert!(!said.success);
    for (name, _) in faulty {
        assert!(said.errors.contains(name), "{name} is not named:\n{}", said.errors);
    }
    assert_eq!(said.output, "", "nothing is served");
}

async fn masks_secrets(_: Kind) {
    let folder = folder();
    let settings = settings([
        ("SECRET_KEY", SECRET),
        ("DATABASE_URL", "postgres://rollcall:canary-db-77@db.example/rollcall"),
        ("REDIS_URL", "redis://:canary-redis-77@cache.example"),
        ("QR_REFRESH_INTERVAL_SECONDS", "30"),
    ]);
    let said = run(&["serve", "--print-config"], &settings, &folder).await;
    assert!(said.success, "{}", said.errors);
    assert!(said.output.contains("30") && said.output.contains("QR_REFRESH_INTERVAL_SECONDS"), "{}", said.output);
    for secret in [SECRET, "canary-db-77", "canary-redis-77"] {
        assert!(!said.output.contains(secret) && !said.errors.contains(secret), "{secret}: {}", said.output);
    }
}

async fn reads_settings_in_order(_: Kind) {
    let folder = folder();
    let interval = async |arguments: &[&str], settings: &Settings| {
        let arguments = [&["serve", "--print-config"], arguments].concat();
        let said = run(&arguments, settings, &folder).await;
        assert!(said.success, "{}", said.errors);
        let line = said.output.lines().find_map(|line| line.strip_prefix("QR_REFRESH_INTERVAL_SECONDS="));
        line.expect("the setting").to_owned()
    };
    let set = settings([("QR_REFRESH_INTERVAL_SECONDS", "30")]);
    assert_eq!(interval(&[], &Settings::new()).await, "25", "the default");
    std::fs::write(folder.path().join("config.yaml"), "qr_refresh_interval_seconds: 40\n").expect("the file");
    assert_eq!(interval(&[], &Settings::new()).await, "40", "the file wins over the default");
    assert_eq!(interval(&[], &set).await, "30", "the environment wins over the file");
    let flag = ["--set", "QR_REFRESH_INTERVAL_SECONDS=35"];
    assert_eq!(interval(&flag, &set).await, "35", "a flag wins over all");
}

async fn refuses_what_is_no_setting(_: Kind) {
    let folder = folder();
    std::fs::write(
        folder.path().join("config.yaml"),
        "QR_REFRESH_INTERVAL_SECOND: 40\npostgres:\n  hots: db.example\n",
    )
    .expect("the file");
    let said = run(&["serve", "--print-config", "--set", "NONSENSE=1"], &Settings::new(), &folder).await;
    assert!(!said.success, "{}", said.output);
    for name in ["qr_refresh_interval_second", "postgres.hots", "nonsense"] {
        assert!(said.errors.contains(name), "{name}: {}", said.errors);
    }
    // Upper case and lists are taken.
    let taken = "QR_REFRESH_INTERVAL_SECONDS: 40\ncors_origins: [https://a.example, https://b.example]\n";
    std::fs::write(folder.path().join("config.yaml"), taken).expect("the file");
    let said = run(&["serve", "--print-config"], &Settings::new(), &folder).await;
    assert!(said.output.contains("QR_REFRESH_INTERVAL_SECONDS=40"), "{}{}", said.output, said.errors);
    assert!(said.output.contains("CORS_ORIGINS=https://a.example,https://b.example"), "{}", said.output);
}

async fn checks_health(kind: Kind) {
    let mut world = Plan::new(kind).start(&[]).await;
    let port = world.desk().edge(0).rsplit(':').next().expect("a port").to_owned();
    let settings = settings([("API_PORT", &port)]);
    let folder = folder();
    assert!(run(&["healthcheck"], &settings, &folder).await.success);
    world.kill(0).await;
    let said = run(&["healthcheck"], &settings, &folder).await;
    assert!(!said.success && !said.errors.is_empty(), "a dead server is not healthy");
}

async fn keeps_its_own_secret(_: Kind) {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder();
    let data = folder.path().join("data");
    let settings = settings([
        ("DATA_DIR", &data.display().to_string()),
        ("GRPC_PORT", "0"),
        ("API_PORT", "0"),
        ("ADMIN_PORT", "0"),
    ]);
    let secrets = || -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(&data).expect("the data folder").filter_map(Result::ok);
        let kept = files.filter(|file| file.file_name().to_string_lossy().contains("secret"));
        kept.map(|file| {
            let mode = file.metadata().expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file:?}");
            (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).expect("the secret"))
        })
        .collect()
    };
    let log = folder.path().join("log");
    let mut server = Server::start(&["serve"], &settings, folder.path(), &log).await;
    let first = secrets();
    assert_eq!(first.len(), 1);
    server.process().kill().await;
    Server::start(&["serve"], &settings, folder.path(), &log).await;
    assert_eq!(secrets(), first, "a restart signs nobody out");
}

async fn migrates_up_and_down(kind: Kind) {
    let world = Plan::new(kind).prepare().await;
    for round in 0..2 {
        for arguments in [&["migrate", "up"][..], &["migrate", "up"], &["migrate", "status"]] {
            let output = world.run(arguments).await;
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{round} {arguments:?}: {errors}");
        }
        world.seed(&College::new(&format!("college{round}"), 3).seed()).await;
        let rows = world.rows().await;
        // Everyone of this round and nobody of the one before: down took the tables with it.
        assert_eq!(rows.number("SELECT COUNT(*) AS n FROM users").await, 7);
        drop(rows);
        loop {
            let output = world.run(&["migrate", "down"]).await;
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{round} down: {errors}");
            if !tables(&world).await {
                break;
            }
        }
    }
}

/// Whether the first table is still there: `down` takes one step at a time.
async fn tables(world: &rollcall_tests::World) -> bool {
    let query = match world.postgres {
        Some(_) => "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_name = 'colleges'",
        None => "SELECT COUNT(*) AS n FROM sqlite_master WHERE name = 'colleges'",
    };
    world.rows().await.number(query).await > 0
}

async fn refuses_an_old_schema_in_production(kind: Kind) {
    let mut world = Plan::new(kind).prepare().await;
    world.settings().remove("CLOCK_OFFSET_FILE");
    world.settings().insert("ENVIRONMENT".to_owned(), "production".to_owned());
    let output = world.run(&["serve"]).await;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(errors.contains("rollcall migrate up"), "what to do is said: {errors}");

    // Tests' worlds do not come into production, and the demo neither.
    let file = world.folder().join("seed.json");
    std::fs::write(&file, "{}").expect("the file");
    let output = world.run(&["admin", "seed", &file.display().to_string()]).await;
    assert!(!output.status.success(), "seeded in production");
    let output = world.run(&["serve", "--demo"]).await;
    assert!(!output.status.success(), "the demo in production");

    assert!(world.run(&["migrate", "up"]).await.status.success());
    world.resume(0).await;
    assert_eq!(world.nobody().rest().get("/health/ready").await.answer(), json!({"status": "up"}));
}

async fn shows_the_demo(_: Kind) {
    let folder = folder();
    let settings = settings([("GRPC_PORT", "0"), ("API_PORT", "0"), ("ADMIN_PORT", "0")]);
    let log = folder.path().join("log");
    for day in ["the first", "a later"] {
        let mut server = Server::start(&["serve", "--demo"], &settings, folder.path(), &log).await;
        let base = format!("http://{}", server.edge);
        let sign_in = async |email: &str| {
            let login = json!({"email": email, "password": "rollcall-demo"});
            let login: Value = Rest::new(base.clone(), None).post("/api/v1/auth/login", &login).await.answer();
            Rest::new(base.clone(), Some(login["access_token"].as_str().expect("a token").to_owned()))
        };
        let teacher = sign_in("teacher@demo.example").await;
        let sessions = teacher.get("/api/v1/sessions?state=ACTIVE").await.answer();
        let [session] = sessions["sessions"].as_array().expect("a list").as_slice() else {
            panic!("{day} day: {sessions}")
        };
        let location = session["location_id"].as_str().expect("an id");
        let code = teacher.get(&format!("/api/v1/qr/current/{location}")).await.answer();
        let place = teacher.get(&format!("/api/v1/locations/{location}")).await.answer();
        let signals = teacher.get(&format!("/api/v1/access-points?location_id={location}")).await.answer();
        let kinds = ["WIFI", "BLUETOOTH"].map(|kind| json!(kind));
        assert_eq!(
            [&signals["access_points"][0]["type"], &signals["access_points"][1]["type"]],
            [&kinds[0], &kinds[1]]
        );
        let student =
            sign_in(if day == "the first" { "student01@demo.example" } else { "student30@demo.example" }).await;
        let check_in = json!({
            "check_in_id": uuid::Uuid::now_v7(),
            "qr_code": code["code"],
            "position": {"latitude": place["latitude"], "longitude": place["longitude"]},
        });
        let record = student.post("/api/v1/attendance/mark", &check_in).await.answer();
        assert_eq!(record["session_id"], session["id"], "{day} day: {record}");
        let second_teacher = sign_in("teacher2@demo.example").await;
        for (caller, lessons) in
            [(&student, 2), (&teacher, 1), (&second_teacher, 1), (&sign_in("admin@demo.example").await, 2)]
        {
            let today = caller.get("/api/v1/timetables/today").await.answer();
            assert_eq!(today["occurrences"].as_array().map(Vec::len), Some(lessons), "{day} day: {today}");
        }
        let said = server.said().join("\n");
        for account in ["admin@demo.example", "teacher@demo.example", "student01@demo.example", "rollcall-demo"] {
            assert!(said.contains(account), "{account} is not shown:\n{said}");
        }
        server.process().kill().await;
    }
}

async fn keeps_the_demo_out_of_production(_: Kind) {
    let folder = folder();
    let mut settings = settings([("SECRET_KEY", SECRET), ("GRPC_PORT", "0"), ("API_PORT", "0"), ("ADMIN_PORT", "0")]);
    let log = folder.path().join("log");
    let mut server = Server::start(&["serve", "--demo"], &settings, folder.path(), &log).await;
    let rest = Rest::new(format!("http://{}", server.edge), None);
    let login = json!({"email": "admin@demo.example", "password": "rollcall-demo"});
    rest.post("/api/v1/auth/login", &login).await.answer();
    server.process().kill().await;

    settings.insert("ENVIRONMENT".to_owned(), "production".to_owned());
    let said = run(&["serve"], &settings, &folder).await;
    assert!(!said.success && said.output.is_empty(), "{}", said.output);
    assert!(said.errors.contains("demo") && said.errors.contains("another database"), "{}", said.errors);
}

/// What `admin init` is told.
fn beginning<'a>(short_name: &'a str, email: &'a str) -> Vec<&'a str> {
    let names = ["admin", "init", "--college-name", "Riverside College", "--short-name", short_name, "--email", email];
    [&names[..], &["--time-zone", "Europe/Berlin"]].concat()
}

fn said(output: &std::process::Output) -> Said {
    Said {
        success: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

async fn begins_a_school(kind: Kind) {
    const PASSWORD: &str = "a ferry in the morning fog";
    let mut world = Plan::new(kind).prepare().await;
    world.settings().remove("CLOCK_OFFSET_FILE");
    world.settings().insert("ENVIRONMENT".to_owned(), "production".to_owned());
    let arguments = [&beginning("Riverside", "Office@Riverside.example")[..], &["--password-stdin"]].concat();
    let early = said(&world.run_with_input(&arguments, PASSWORD).await);
    assert!(!early.success && early.errors.contains("rollcall migrate up"), "{}", early.errors);
    assert!(world.run(&["migrate", "up"]).await.status.success());

    let told = said(&world.run_with_input(&arguments, &format!("{PASSWORD}\n")).await);
    assert!(told.success, "{}", told.errors);
    for word in ["Riverside College", "Europe/Berlin", "riverside", "office@riverside.example"] {
        assert!(told.output.contains(word), "{word}: {}", told.output);
    }
    assert!(!told.output.contains(PASSWORD) && !told.errors.contains(PASSWORD));

    world.resume(0).await;
    let rows = world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM users").await, 1, "nobody else can sign in");
    let login = json!({"email": "office@riverside.example", "password": PASSWORD, "college": "riverside"});
    let login = world.nobody().rest().post("/api/v1/auth/login", &login).await.answer();
    assert_eq!(login["user"]["role"], "ADMIN");
    assert_eq!(login["user"]["username"], "office");
    let admin = Rest::new(world.desk().edge(0), Some(login["access_token"].as_str().expect("a token").to_owned()));
    let place = json!({"name": "Room 1", "latitude": 52.52, "longitude": 13.405});
    admin.post("/api/v1/locations", &place).await.answer();

    // A second school beside it, while the server runs.
    let arguments = [&beginning("hillside", "office@riverside.example")[..], &["--password-stdin"]].concat();
    let told = said(&world.run_with_input(&arguments, PASSWORD).await);
    assert!(told.success, "{}", told.errors);
    for (action, count) in [("college.created", 2), ("user.created", 2)] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = '{action}' AND object_id <> ''");
        assert_eq!(rows.number(&query).await, count, "{action}");
    }
}

async fn makes_a_password_where_none_is_given(kind: Kind) {
    let mut world = Plan::new(kind).prepare().await;
    let arguments = [&beginning("riverside", "office@riverside.example")[..], &["--username", "Cedar Hill"]].concat();
    let told = said(&world.run(&arguments).await);
    assert!(told.success, "{}", told.errors);
    let password = told.output.lines().last().expect("the password").to_owned();
    assert!(password.len() >= 20 && !told.errors.contains(&password), "{}", told.output);
    world.resume(0).await;
    let login = json!({"email": "office@riverside.example", "password": password});
    let login = world.nobody().rest().post("/api/v1/auth/login", &login).await.answer();
    assert_eq!(login["user"]["username"], "Cedar Hill");
}

async fn begins_nothing_that_cannot_be(kind: Kind) {
    let world = Plan::new(kind).prepare().await;
    let good = beginning("riverside", "office@riverside.example");
    assert!(world.run(&good).await.status.success());
    let with = |change: &[(&str, &'static str)]| -> Vec<&str> {
        let mut arguments = beginning("hillside", "office@hillside.example");
        for (name, value) in change {
            let place = arguments.iter().position(|argument| argument == name).expect("the argument");
            arguments[place + 1] = value;
        }
        arguments
    };
    // What is told otherwise, the password, and what the refusal says.
    type Case = (&'static [(&'static str, &'static str)], Option<&'static str>, &'static [&'static str]);
    let cases: [Case; 9] = [
        (&[("--short-name", "Riverside")], None, &["\"riverside\"", "choose another --short-name"]),
        (&[("--short-name", "the hill")], None, &["--short-name", "letters, digits or hyphens"]),
        (&[("--time-zone", "Mars/Olympus")], None, &["--time-zone", "Mars/Olympus", "Asia/Kolkata"]),
        (&[("--email", "office")], None, &["--email", "must be an e-mail address"]),
        (&[("--email", "office"), ("--time-zone", "Mars")], None, &["--email", "--time-zone"]),
        (&[], Some("1234567\n"), &["the password", "at least 8 characters"]),
        (&[], Some("iloveyou\n"), &["the password", "most common"]),
        (&[], Some("hillside-office\n"), &["the password", "short name"]),
        (&[], Some("\n"), &["no password", "--password-stdin"]),
    ];
    for (change, password, words) in cases {
        let mut arguments = with(change);
        let output = match password {
            Some(password) => {
                arguments.push("--password-stdin");
                world.run_with_input(&arguments, password).await
            }
            None => world.run(&arguments).await,
        };
        let told = said(&output);
        assert!(!told.success, "{arguments:?} was taken");
        for word in words {
            assert!(told.errors.contains(word), "{arguments:?} {word:?}: {}", told.errors);
        }
        assert!(told.output.is_empty(), "{}", told.output);
    }
    let rows = world.rows().await;
    for table in ["colleges", "users"] {
        assert_eq!(rows.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await, 1, "{table}");
    }
}
