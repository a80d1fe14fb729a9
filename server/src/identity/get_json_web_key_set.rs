//! GetJsonWebKeySet: the public halves of the keys that sign access tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rollcall_proto::v1::{JsonWebKey, JsonWebKeySet};

use super::service::Service;
use crate::entity::signing_key::Algorithm;

impl Service {
    pub(super) fn get_json_web_key_set(&self) -> JsonWebKeySet {
        let keys = self.tokens.public_keys(self.clock.now()).into_iter().map(|(kid, public)| JsonWebKey {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(public),
            kid,
            alg: Algorithm::EdDsa.name().to_owned(),
            r#use: "sig".to_owned(),
        });
        JsonWebKeySet { keys: keys.collect() }
    }
}
