//! What the digits are: derived from a salt that was drawn at random, and from a key that no table holds. So every replica gives the
//! same, and who reads the database learns none.

use subtle::ConstantTimeEq as _;

use crate::{
    entity::{one_time_password::Model, session},
    keys,
};

const NUMBERS: u32 = 1_000_000;
/// Draws from here on would make small numbers likelier than large ones.
const FAIR: u32 = u32::MAX - u32::MAX % NUMBERS;

/// Six digits. Raising the session's epoch makes others of it.
pub fn digits(key: &[u8; 32], session: &session::Model, password: &Model) -> String {
    let mut round: u64 = 0;
    loop {
        let block = keys::seal(
            key,
            &[
                b"otp1",
                session.college_id.as_bytes(),
                session.id.as_bytes(),
                &session.code_epoch.to_be_bytes(),
                password.id.as_bytes(),
                &password.salt,
                &round.to_be_bytes(),
            ],
        );
        let (draws, _) = block.as_chunks::<4>();
        if let Some(draw) = draws.iter().map(|bytes| u32::from_be_bytes(*bytes)).find(|draw| *draw < FAIR) {
            return format!("{:06}", draw % NUMBERS);
        }
        round += 1;
    }
}

/// Whether these are the digits. Digests are compared, in constant time, so that nothing tells how many digits are right.
pub fn is(key: &[u8; 32], session: &session::Model, password: &Model, entered: &str) -> bool {
    let digest = |digits: &str| keys::seal(key, &[b"otp1 digest", password.id.as_bytes(), digits.as_bytes()]);
    digest(&digits(key, session, password)).ct_eq(&digest(entered)).into()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn session() -> session::Model {
        session::Model::example(DateTime::UNIX_EPOCH)
    }

    fn password(number: u32) -> Model {
        Model {
            college_id: session().college_id,
            id: Uuid::from_u128(5),
            session_id: session().id,
            student_id: None,
            step: DateTime::UNIX_EPOCH,
            salt: number.to_be_bytes().to_vec(),
            issued_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_number_is_of_one_key_one_session_one_epoch_and_one_salt() {
        let own = digits(&KEY, &session(), &password(1));
        assert!(own.len() == 6 && own.bytes().all(|byte| byte.is_ascii_digit()), "{own}");
        assert_eq!(own, digits(&KEY, &session(), &password(1)));
        assert!(is(&KEY, &session(), &password(1), &own));
        let epoch = session::Model { code_epoch: 1, ..session() };
        let other = session::Model { id: Uuid::from_u128(99), ..session() };
        for (key, session, salt) in [([8; 32], session(), 1), (KEY, epoch, 1), (KEY, other, 1), (KEY, session(), 2)] {
            assert!(!is(&key, &session, &password(salt), &own));
        }
        for wrong in ["", "12345", "1234567", &format!("{:06}", (own.parse::<u32>().expect("a number") + 1) % NUMBERS)]
        {
            assert!(!is(&KEY, &session(), &password(1), wrong), "{wrong}");
        }
    }

    #[test]
    fn every_digit_is_as_likely_at_every_place() {
        const DRAWS: u32 = 20_000;
        let mut seen = [[0_f64; 10]; 6];
        for number in 0..DRAWS {
            for (place, digit) in digits(&KEY, &session(), &password(number)).bytes().enumerate() {
                seen[place][usize::from(digit - b'0')] += 1.0;
            }
        }
        let expected = f64::from(DRAWS) / 10.0;
        for counts in seen {
            // Chi-square with 9 degrees of freedom: beyond 33.7 once in ten thousand.
            let distance: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            assert!(distance < 33.7, "{counts:?}");
        }
    }
}
