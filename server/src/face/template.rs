//! How what a face is compared with is kept: AES-256-GCM under a random key of its person alone, which is wrapped in the same way
//! under a key of the installation. Both are bound to the row that they stand in, so that one copied to another row opens nothing.

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead as _, KeyInit as _, Payload},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    models::SPACE,
    vision::{LENGTH, Vector},
};
use crate::{
    entity::{face_key, face_template},
    problem::Problem,
};

/// How it is sealed. A change of anything in this file is another version.
pub const VERSION: i32 = 1;

const NONCE: usize = 12;
const BYTES: usize = 4 * LENGTH;

/// Whose it is.
#[derive(Clone, Copy)]
pub struct Owner {
    pub college_id: Uuid,
    pub user_id: Uuid,
}

/// The mean of the photos, and each of them.
pub struct Template {
    pub mean: Vector,
    pub photos: Vec<Vector>,
}

/// As it is kept.
pub struct Sealed {
    pub wrapped_key: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl Owner {
    /// What a seal is good for and nothing else.
    fn binding(self, what: &str, model: &str, version: i32) -> Vec<u8> {
        let Self { college_id, user_id } = self;
        format!("rollcall face {what}|{college_id}|{user_id}|{model}|{version}").into_bytes()
    }
}

impl Template {
    /// Under a new key.
    pub fn seal(&self, wrapping: &[u8; 32], owner: Owner) -> Result<Sealed, Problem> {
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES * (1 + self.photos.len())));
        self.mean.write(&mut bytes);
        self.photos.iter().for_each(|photo| photo.write(&mut bytes));
        Ok(Sealed {
            wrapped_key: seal(wrapping, key.as_slice(), &owner.binding("key", SPACE, VERSION))?,
            sealed: seal(&key, &bytes, &owner.binding("template", SPACE, VERSION))?,
        })
    }

    /// What was sealed, or None where the key, the row or the installation is another one.
    pub fn open(wrapping: &[u8; 32], key: &face_key::Model, template: &face_template::Model) -> Option<Self> {
        let owner = Owner { college_id: template.college_id, user_id: template.user_id };
        let (model, version) = (template.model.as_str(), template.version);
        let key = open(wrapping, &key.wrapped, &owner.binding("key", model, version))?;
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(key.as_slice().try_into().ok()?);
        let bytes = open(&key, &template.sealed, &owner.binding("template", model, version))?;
        let mut vectors = bytes.chunks(BYTES).map(Vector::read).collect::<Option<Vec<_>>>()?.into_iter();
        Some(Self { mean: vectors.next()?, photos: vectors.collect() })
    }
}

/// The nonce, and then what is sealed.
fn seal(key: &[u8; 32], plain: &[u8], binding: &[u8]) -> Result<Vec<u8>, Problem> {
    let nonce: [u8; NONCE] = rand::random();
    let sealed = Aes256Gcm::new(&(*key).into()).encrypt(&nonce.into(), Payload { msg: plain, aad: binding });
    let sealed = sealed.map_err(|_| Problem::internal("a face cannot be sealed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], sealed: &[u8], binding: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let opened = Aes256Gcm::new(&(*key).into()).decrypt(&(*nonce).into(), Payload { msg: sealed, aad: binding });
    opened.ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn rows(wrapping: &[u8; 32], owner: Owner) -> (face_key::Model, face_template::Model) {
        let vector = |first: f32| {
            let mut values = vec![1.0; LENGTH];
            values[0] = first;
            Vector::unit(values).expect("a direction")
        };
        let template = Template { mean: vector(1.0), photos: vec![vector(2.0), vector(-3.0)] };
        let Sealed { wrapped_key, sealed } = template.seal(wrapping, owner).expect("it is sealed");
        let Owner { college_id, user_id } = owner;
        let created_at = DateTime::UNIX_EPOCH;
        let key = face_key::Model { college_id, user_id, wrapped: wrapped_key, created_at };
        let template = face_template::Model {
            college_id,
            user_id,
            model: SPACE.to_owned(),
            version: VERSION,
            photo_count: 2,
            sealed,
            enrolled_at: created_at,
        };
        (key, template)
    }

    #[test]
    fn a_template_opens_with_its_own_key_in_its_own_row_and_nowhere_else() {
        let wrapping = [7; 32];
        let owner = |user: u128| Owner { college_id: Uuid::from_u128(1), user_id: Uuid::from_u128(user) };
        let (key, template) = rows(&wrapping, owner(2));
        let opened = Template::open(&wrapping, &key, &template).expect("it opens");
        assert_eq!(opened.photos.len(), 2);
        assert!(opened.mean.similarity(&opened.mean) > 0.999);
        assert!(opened.mean.similarity(&opened.photos[1]) < 0.95);

        let (other_key, other) = rows(&wrapping, owner(3));
        let refused = |wrapping: &[u8; 32], key: &face_key::Model, template: &face_template::Model| {
            assert!(Template::open(wrapping, key, template).is_none());
        };
        refused(&[8; 32], &key, &template);
        refused(&wrapping, &other_key, &template);
        refused(&wrapping, &key, &other);
        // All of another person's row, in one's own.
        let mine = |row: &face_template::Model| face_template::Model { user_id: Uuid::from_u128(2), ..row.clone() };
        refused(&wrapping, &other_key, &mine(&other));
        refused(&wrapping, &key, &face_template::Model { college_id: Uuid::from_u128(9), ..template.clone() });
        refused(&wrapping, &key, &face_template::Model { model: "another".to_owned(), ..template.clone() });
        refused(&wrapping, &key, &face_template::Model { version: 2, ..template.clone() });
        let mut altered = template.clone();
        altered.sealed[40] ^= 1;
        refused(&wrapping, &key, &altered);
        refused(&wrapping, &key, &face_template::Model { sealed: vec![1; 5], ..template });
    }
}
