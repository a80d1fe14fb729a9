//! A key that signs access tokens: one algorithm, one name, and nothing that a token says can change either.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    entity::signing_key::{self, Algorithm},
    keys::{self, Keys},
};

pub struct SigningKey {
    /// None for the first key of HS256, whose tokens carry none.
    pub kid: Option<String>,
    pub algorithm: Algorithm,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    /// The 32 bytes of an Ed25519 key that everybody may know.
    pub public: Option<[u8; 32]>,
}

impl SigningKey {
    /// The key that signs until another one takes over. It comes from the master secret alone.
    pub fn first(keys: &Keys, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::symmetric(None, &keys.access_token),
            Algorithm::EdDsa => Self::ed25519(None, &keys.access_token_ed25519),
        }
    }

    /// A key that took over, or is going to. It comes from the master secret and the row's salt: a copy of the database
    /// signs nothing.
    pub fn of(keys: &Keys, row: &signing_key::Model) -> Self {
        let kid = row.kid.to_string();
        let name = row.algorithm.name();
        let secret = keys::seal(&keys.signing, &[name.as_bytes(), kid.as_bytes(), &row.salt]);
        match row.algorithm {
            Algorithm::Hs256 => Self::symmetric(Some(kid), &secret),
            Algorithm::EdDsa => Self::ed25519(Some(kid), &secret),
        }
    }

    fn symmetric(kid: Option<String>, secret: &[u8; 32]) -> Self {
        Self {
            kid,
            algorithm: Algorithm::Hs256,
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            public: None,
        }
    }

    /// Without a name, the key is called by its thumbprint, so that another master secret gives another name.
    fn ed25519(kid: Option<String>, secret: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(secret);
        let public = key.verifying_key().to_bytes();
        let private = key.to_pkcs8_der().expect("an Ed25519 key has a PKCS #8 form");
        Self {
            kid: Some(kid.unwrap_or_else(|| thumbprint(&public))),
            algorithm: Algorithm::EdDsa,
            encoding: EncodingKey::from_ed_der(private.as_bytes()),
            decoding: DecodingKey::from_ed_der(&public),
            public: Some(public),
        }
    }
}

/// RFC 7638: SHA-256 over the members that make the key, in the order of their names.
fn thumbprint(public: &[u8; 32]) -> String {
    let members = json!({"crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(public)});
    URL_SAFE_NO_PAD.encode(Sha256::digest(members.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037, appendix A.3.
    #[test]
    fn a_thumbprint_is_that_of_the_standard() {
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("base64url");
        let public = public.try_into().expect("32 bytes");
        assert_eq!(thumbprint(&public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
