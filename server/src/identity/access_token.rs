//! Access tokens: JWTs that are signed and checked with one algorithm and one key, and say everything that a call needs to
//! know of its caller.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::revocations::Revocations;
use crate::{
    entity::user::Role,
    keys::Keys,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

const ISSUER: &str = "rollcall";
const AUDIENCE: &str = "rollcall";
/// RFC 9068: tells an access token from every other kind.
const TYPE: &str = "at+jwt";
/// How far clocks of replicas may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);

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

/// Makes access tokens and checks them.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
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
    pub fn new(keys: &Keys, life: Duration, revocations: Revocations) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // Times are held against our own clock, which tests can move.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            encoding: EncodingKey::from_secret(&keys.access_token),
            decoding: DecodingKey::from_secret(&keys.access_token),
            validation,
            life,
            revocations,
        }
    }

    pub const fn life(&self) -> Duration {
        self.life
    }

    pub fn issue(&self, subject: &Subject, now: DateTime<Utc>) -> Result<String, Problem> {
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
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(Problem::internal)
    }

    /// Who a token speaks for, if it may be believed now.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Principal, Problem> {
        let invalid = || Problem::new(ErrorReason::TokenInvalid, "The access token is not valid. Sign in again.");
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).map_err(|_| invalid())?;
        let claims = decoded.claims;
        if decoded.header.typ.as_deref() != Some(TYPE) || decoded.header.crit.is_some() {
            return Err(invalid());
        }
        let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(invalid);
        let (issued_at, not_before, expires_at) = (time(claims.iat)?, time(claims.nbf)?, time(claims.exp)?);
        if now + LEEWAY < not_before || now + LEEWAY < issued_at {
            return Err(invalid());
        }
        if expires_at <= now {
            return Err(Problem::new(ErrorReason::TokenExpired, "The access token has expired. Refresh it."));
        }
        let principal = Principal {
            college_id: claims.tid,
            user_id: claims.sub,
            role: match claims.role {
                ClaimedRole::Student => Role::Student,
                ClaimedRole::Teacher => Role::Teacher,
                ClaimedRole::Admin => Role::Admin,
            },
            family_id: claims.sid,
            token_id: claims.jti,
            issued_at,
            expires_at,
        };
        self.revocations.check(&principal)?;
        Ok(principal)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn tokens() -> Tokens {
        let keys = Keys::derive(&SecretString::from("a secret for tests"));
        Tokens::new(&keys, Duration::from_secs(900), Revocations::default())
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
            assert_eq!(verified.map(|p| p.user_id).map_err(|p| p.reason), expected, "after {seconds} s");
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
        let header = |typ: &str| Header { typ: Some(typ.to_owned()), ..Header::new(Algorithm::HS256) };
        let sign = |typ: &str, claims: &serde_json::Value| {
            jsonwebtoken::encode(&header(typ), claims, &tokens.encoding).expect("it can be signed")
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
