//! The password of everyone in a seeded world, hashed so cheaply that a sign-in costs a test nothing.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// What everyone types.
pub const PASSWORD: &str = "correct horse battery staple";

/// Its argon2id hash in PHC form, of the lowest cost that there is.
///
/// # Panics
/// Never: the parameters are constants.
pub fn hash(password: &str) -> String {
    let salt = b"rollcall tests";
    let mut hash = [0; 32];
    let params = Params::new(8, 1, 1, None).expect("the lowest parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .expect("a hash");
    format!("$argon2id$v=19$m=8,t=1,p=1${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash))
}
