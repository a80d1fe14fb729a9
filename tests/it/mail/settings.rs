//! Which settings of mail are taken. `--print-config` reads and checks them all, and serves nothing.

use rollcall_tests::{
    Kind, in_one_world,
    server::{self, Settings},
    world::SECRET,
};

in_one_world!(are_checked_before_anything_is_sent);

const PASSWORD: &str = "canary-mail-77";

async fn are_checked_before_anything_is_sent(_: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = [
        ("SECRET_KEY", SECRET),
        ("SMTP_HOST", "mail.riverside.example"),
        ("SMTP_USERNAME", "rollcall@riverside.example"),
        ("SMTP_PASSWORD", PASSWORD),
        ("PUBLIC_URL", "https://attendance.riverside.example"),
    ];
    let production = ("ENVIRONMENT", "production");
    // What is changed, and what the fault names.
    let table: [(&[(&str, &str)], Option<&str>); 16] = [
        (&[], None),
        (&[production], None),
        (&[production, ("SMTP_TLS", "tls")], None),
        (&[production, ("SMTP_TLS", "none")], Some("SMTP_TLS")),
        (&[production, ("SMTP_TLS", "none"), ("SMTP_PASSWORD", ""), ("SMTP_USERNAME", "")], Some("SMTP_FROM")),
        (
            &[
                production,
                ("SMTP_TLS", "none"),
                ("SMTP_PASSWORD", ""),
                ("SMTP_USERNAME", ""),
                ("SMTP_FROM", "a@b.example"),
            ],
            None,
        ),
        (&[("SMTP_TLS", "none")], None),
        (&[("SMTP_TLS", "ssl")], Some("SMTP_TLS")),
        (&[("SMTP_PORT", "0")], Some("SMTP_PORT")),
        (&[("SMTP_FROM", "Rollcall")], Some("SMTP_FROM")),
        (&[("SMTP_PASSWORD", "")], Some("SMTP_PASSWORD")),
        (&[("PUBLIC_URL", "")], Some("PUBLIC_URL")),
        (&[("PUBLIC_URL", "attendance.riverside.example")], Some("PUBLIC_URL")),
        (&[("PUBLIC_URL", "javascript://x.example")], Some("PUBLIC_URL")),
        (&[("RESET_PASSWORD_PAGE", "/reset-password")], Some("RESET_PASSWORD_PAGE")),
        (&[("REGISTER_PAGE", "//evil.example/{token}{token}")], Some("REGISTER_PAGE")),
    ];
    for (changes, fault) in table {
        let settings: Settings =
            whole.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let output = server::run(&["serve", "--print-config"], &settings, folder.path()).await;
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert_eq!(output.status.success(), fault.is_none(), "{changes:?}: {said:?}");
        assert!(fault.is_none_or(|fault| said[1].contains(fault)), "{changes:?}: {said:?}");
        assert!(!said.concat().contains(PASSWORD), "{changes:?}: {said:?}");
    }
    // Other names of the same settings.
    let mut settings: Settings = [
        ("SMTP_SERVER", "mail.riverside.example"),
        ("SMTP_USER", "rollcall@riverside.example"),
        ("SMTP_PASSWORD", PASSWORD),
        ("PUBLIC_URL", "https://attendance.riverside.example"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    assert!(server::run(&["serve", "--print-config"], &settings, folder.path()).await.status.success());
    // Nobody without a mail server has to set anything.
    settings.clear();
    assert!(server::run(&["serve", "--print-config"], &settings, folder.path()).await.status.success());
}
