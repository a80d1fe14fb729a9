//! The refresh token as a cookie, for browsers: out of reach of scripts, and sent to the authentication routes only.

use std::time::Duration;

use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

use crate::{
    problem::{ErrorReason, Problem},
    settings,
};

const NAME: &str = "rollcall_refresh";
const PATH: &str = "/api/v1/auth";

/// The cookie that was sent. A page of a foreign origin must not make a browser use it, so the page's origin has to be there:
/// every browser names it with a POST.
pub fn read(metadata: &MetadataMap, options: &settings::Identity) -> Result<Option<String>, Problem> {
    let Some(token) = find(metadata) else { return Ok(None) };
    let refuse = |why: &str| Err(Problem::new(ErrorReason::OriginNotAllowed, why));
    match metadata.get("origin").map(|origin| origin.to_str().unwrap_or_default()) {
        Some(origin) if is_own(origin, metadata) || options.allowed_origins.iter().any(|allowed| allowed == origin) => {
            Ok(Some(token))
        }
        Some(_) => refuse("Pages of this origin may not use the cookie."),
        None => refuse("The cookie needs an Origin header. Outside a browser, send the refresh_token instead."),
    }
}

/// The `set-cookie` value that keeps a token.
pub fn set(token: &str, life: Duration, options: &settings::Identity) -> Result<MetadataValue<Ascii>, Problem> {
    write(token, life.as_secs(), options)
}

/// The `set-cookie` value that takes it away.
pub fn clear(options: &settings::Identity) -> Result<MetadataValue<Ascii>, Problem> {
    write("", 0, options)
}

fn write(token: &str, seconds: u64, options: &settings::Identity) -> Result<MetadataValue<Ascii>, Problem> {
    let secure = if options.secure_cookie { "; Secure" } else { "" };
    format!("{NAME}={token}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
        .parse()
        .map_err(Problem::internal)
}

fn find(metadata: &MetadataMap) -> Option<String> {
    metadata
        .get_all("cookie")
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// A page that the edge itself serves.
fn is_own(origin: &str, metadata: &MetadataMap) -> bool {
    let host = metadata.get("x-forwarded-host").and_then(|host| host.to_str().ok());
    host.is_some_and(|host| ["https://", "http://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host)))
}
