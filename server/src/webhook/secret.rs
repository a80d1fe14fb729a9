//! Secrets and signatures, as Standard Webhooks has them. A secret is derived from the master secret, the webhook and how
//! often it was rotated; no table holds it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::keys::seal;

/// What requests of one webhook are signed with.
pub struct Secret([u8; 32]);

impl Secret {
    pub fn derive(key: &[u8; 32], college_id: Uuid, webhook_id: Uuid, generation: i32) -> Self {
        Self(seal(key, &[college_id.as_bytes(), webhook_id.as_bytes(), &generation.to_be_bytes()]))
    }

    /// As it is told, once.
    pub fn text(&self) -> String {
        format!("whsec_{}", BASE64_STANDARD.encode(self.0))
    }

    /// The signature of a message that is sent at a time, in seconds since 1970. Neither id nor time has a dot in it.
    pub fn sign(&self, message_id: &str, timestamp: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{message_id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_specification_does() {
        // The example of the specification's reference implementations.
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let mut key = Hmac::<Sha256>::new_from_slice(&secret).expect("a key");
        let (id, timestamp, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        key.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let told = BASE64_STANDARD.encode(key.finalize().into_bytes());
        assert_eq!(told, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_webhook_and_every_rotation_has_a_secret_of_its_own() {
        let id = Uuid::from_u128;
        let texts = [
            ([1; 32], id(1), id(2), 1),
            ([2; 32], id(1), id(2), 1),
            ([1; 32], id(3), id(2), 1),
            ([1; 32], id(1), id(3), 1),
            ([1; 32], id(1), id(2), 2),
        ]
        .map(|(key, college, webhook, generation)| Secret::derive(&key, college, webhook, generation).text());
        let distinct: std::collections::HashSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len());
        assert!(texts.iter().all(|text| text.starts_with("whsec_") && text.len() == 50), "{texts:?}");
    }
}
