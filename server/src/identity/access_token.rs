//! Access tokens: JWTs that say everything that a call needs to know of its caller. What a token's header says finds one of our
//! keys by its name, and nothing more: each key has one algorithm, and a header with anything else in it is refused.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    keyring::{Keyring, LEEWAY},
    revocations::Revocations,
};
use crate::{
    entity::{signing_key::Algorithm, user::Role},
    principal::{self, Credential, Principal, Stranger},
    problem::{ErrorReason, Problem},
};

const ISSUER: &str = "rollcall";
const AUDIENCE: &str = "rollcall";
/// RFC 9068: tells an access token from every other kind.
const TYPE: &str = "at+jwt";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The user.
    sub: Uuid,
    /// The college.
    tid: Uuid,
    role: ClaimedRole,
    /// The sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClaimedRole {
    Student,
    Teacher,
    Admin,
}

/// All that a header of ours has. Another member could only be a forger's: a key or an address of his own, an extension that
/// changes what was signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnHeader {
    typ: String,
    alg: String,
    kid: Option<String>,
}

/// Makes access tokens and checks them.
#[derive(Clone)]
pub struct Tokens {
    keyring: Keyring,
    life: Duration,
    revocations: Revocations,
}

/// Whom a token is for.
pub struct Subject {
    pub college_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    pub family_id: Uuid,
}

impl Tokens {
    pub const fn new(keyring: Keyring, life: Duration, revocations: Revocations) -> Self {
        Self { keyring, life, revocations }
    }

    /// Name and public key of every key that others may verify tokens with, now or soon.
    pub fn public_keys(&self, now: DateTime<Utc>) -> Vec<(String, [u8; 32])> {
        self.keyring.public(now, self.time_span())
    }

    pub const fn life(&self) -> Duration {
        self.life
    }

    /// The same. A life that is no time span was refused with the settings.
    fn time_span(&self) -> TimeDelta {
        TimeDelta::from_std(self.life).unwrap_or_default()
    }

    pub fn issue(&self, subject: &Subject, now: DateTime<Utc>) -> Result<String, Problem> {
        let signer = self.keyring.signer(now)?;
        let iat = now.timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: subject.user_id,
            tid: subject.college_id,
            role: match subject.role {
                Role::Student => ClaimedRole::Student,
                Role::Teacher => ClaimedRole::Teacher,
                Role::Admin => ClaimedRole::Admin,
            },
            sid: Some(subject.family_id),
            iat,
            nbf: iat,
            exp: iat + i64::try_from(self.life.as_secs()).unwrap_or(i64::MAX),
            jti: Uuid::now_v7(),
        };
        let key = signer.key();
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: key.kid.clone(), ..Header::new(library_name(key.algorithm)) };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(Problem::internal)
    }

    /// Who a token speaks for, if it may be believed now.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Principal, Stranger> {
        let invalid = || Problem::new(ErrorReason::TokenInvalid, "The access token is not valid. Sign in again.");
        let header = read_header(token).filter(|header| header.typ == TYPE).ok_or_else(invalid)?;
        let chosen = self.keyring.named(header.kid.as_deref()).ok_or_else(invalid)?;
        let key = chosen.key();
        if header.alg != key.algorithm.name() {
            return Err(invalid().into());
        }
        let validation = validation(key.algorithm);
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation).map_err(|_| invalid())?;
        let claims = decoded.claims;
        let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(invalid);
        let (issued_at, not_before, expires_at) = (time(claims.iat)?, time(claims.nbf)?, time(claims.exp)?);
        if now + LEEWAY < not_before || now + LEEWAY < issued_at {
            return Err(invalid().into());
        }
        let principal = Principal {
            college_id: claims.tid,
            id: claims.sub,
            credential: Credential::Token(principal::Token {
                id: claims.jti,
                role: match claims.role {
                    ClaimedRole::Student => Role::Student,
                    ClaimedRole::Teacher => Role::Teacher,
                    ClaimedRole::Admin => Role::Admin,
                },
                family_id: claims.sid,
                issued_at,
            }),
            expires_at,
        };
        if expires_at <= now {
            let problem = Problem::new(ErrorReason::TokenExpired, "The access token has expired. Refresh it.");
            return Err(Stranger::formerly(principal, problem));
        }
        if !chosen.vouches_for(issued_at, now, self.time_span()) {
            return Err(invalid().into());
        }
        match self.revocations.check(&principal) {
            Ok(()) => Ok(principal),
            Err(problem) => Err(Stranger::formerly(principal, problem)),
        }
    }
}

const fn library_name(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}

/// None where the header is none of ours, by anything that is in it.
fn read_header(token: &str) -> Option<OwnHeader> {
    let (header, _) = token.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(library_name(algorithm));
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // Times are held against our own clock, which tests can move.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::keys::Keys;

    fn signed_by(algorithm: Algorithm) -> Tokens {
        let keys = Keys::derive(&SecretString::from("a secret for tests"));
        Tokens::new(Keyring::new(&keys, algorithm, &[]), Duration::from_secs(900), Revocations::default())
    }

    fn tokens() -> Tokens {
        signed_by(Algorithm::Hs256)
    }

    fn subject() -> Subject {
        Subject { college_id: Uuid::now_v7(), user_id: Uuid::now_v7(), role: Role::Teacher, family_id: Uuid::now_v7() }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
    }

    #[test]
    fn a_token_holds_for_its_life_and_not_a_second_longer() {
        let (tokens, subject) = (tokens(), subject());
        let token = tokens.issue(&subject, at(0)).expect("it can be signed");
        let table = [
            (-6, Err(ErrorReason::TokenInvalid)),
            (-5, Ok(subject.user_id)),
            (0, Ok(subject.user_id)),
            (899, Ok(subject.user_id)),
            (900, Err(ErrorReason::TokenExpired)),
        ];
        for (seconds, expected) in table {
            let verified = tokens.verify(&token, at(seconds));
            assert_eq!(verified.map(|p| p.id).map_err(|s| s.problem.reason), expected, "after {seconds} s");
        }
    }

    #[test]
    fn a_key_takes_only_what_was_signed_with_its_own_algorithm() {
        let [symmetric, ed25519] = [Algorithm::Hs256, Algorithm::EdDsa].map(signed_by);
        for (signer, other) in [(&symmetric, &ed25519), (&ed25519, &symmetric)] {
            let token = signer.issue(&subject(), at(0)).expect("it can be signed");
            assert!(signer.verify(&token, at(0)).is_ok());
            assert!(other.verify(&token, at(0)).is_err());
        }
    }

    #[test]
    fn what_we_did_not_sign_as_an_access_token_is_refused() {
        let tokens = tokens();
        let now = at(0);
        let claims = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut claims = serde_json::json!({
                "iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::now_v7(), "tid": Uuid::now_v7(), "role": "student",
                "iat": now.timestamp(), "nbf": now.timestamp(), "exp": now.timestamp() + 60, "jti": Uuid::now_v7(),
            });
            change(&mut claims);
            claims
        };
        let header = |typ: &str| Header { typ: Some(typ.to_owned()), ..Header::new(jsonwebtoken::Algorithm::HS256) };
        let sign = |typ: &str, claims: &serde_json::Value| {
            let signer = tokens.keyring.signer(now).expect("it was read just now");
            jsonwebtoken::encode(&header(typ), claims, &signer.key().encoding).expect("it can be signed")
        };
        assert!(tokens.verify(&sign(TYPE, &claims(&|_| ())), now).is_ok());
        assert!(tokens.verify(&sign("JWT", &claims(&|_| ())), now).is_err());
        for name in ["iss", "aud", "sub", "tid", "role", "iat", "nbf", "exp", "jti"] {
            let without = claims(&|claims| _ = claims.as_object_mut().and_then(|claims| claims.remove(name)));
            assert!(tokens.verify(&sign(TYPE, &without), now).is_err(), "without {name}");
            let wrong = claims(&|claims| claims[name] = "wrong".into());
            assert!(tokens.verify(&sign(TYPE, &wrong), now).is_err(), "with a wrong {name}");
        }
        let text_expiry = claims(&|claims| claims["exp"] = "99999999999".into());
        assert!(tokens.verify(&sign(TYPE, &text_expiry), now).is_err());
        for rubbish in ["", "a", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30."] {
            assert!(tokens.verify(rubbish, now).is_err(), "{rubbish}");
        }
    }
}
