//! What similarities mean.

use std::time::Duration;

use super::{
    reader::{self, Unread},
    vision::{Fault, Vector},
};
use crate::problem::{ErrorReason, Problem};

/// From here on it is the same person: of strangers 4 in 100,000 pairs come so near, and with two photos enrolled 4 in 1,000 of
/// the person's own pictures do not.
const SAME: f32 = 0.45;
/// From here on it may be.
const PERHAPS: f32 = 0.40;
/// Two pictures that are so near are one, sent again. Different ones of a person seldom pass 0.90.
const RESENT: f32 = 0.97;

/// What a picture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    Same,
    Perhaps,
    Other,
}

pub fn likeness(similarity: f32) -> Likeness {
    // What is no number is nobody.
    if similarity >= SAME {
        Likeness::Same
    } else if similarity >= PERHAPS {
        Likeness::Perhaps
    } else {
        Likeness::Other
    }
}

/// Whether a picture is one of those that were enrolled, perhaps packed anew.
pub fn is_enrolled_again(picture: &Vector, enrolled: &[Vector]) -> bool {
    enrolled.iter().any(|photo| photo.similarity(picture) > RESENT)
}

/// Refuses photos of which two do not look like one person.
pub fn agree(photos: &[Vector]) -> Result<(), Problem> {
    let pairs = (0..photos.len()).flat_map(|a| (a + 1..photos.len()).map(move |b| (a, b)));
    let worst = pairs
        .map(|(a, b)| (photos[a].similarity(&photos[b]), a, b))
        .min_by(|first, second| first.0.total_cmp(&second.0));
    match worst {
        Some((similarity, a, b)) if likeness(similarity) != Likeness::Same => {
            let message =
                "The photos do not look like one person. Take all of them of yourself, without a mask or sunglasses.";
            Err(Problem::new(ErrorReason::FacePhotosDiffer, message).with("photos", format!("{a},{b}")))
        }
        _ => Ok(()),
    }
}

/// What is told of a picture of an enrolment that gave nothing.
pub fn unread(number: usize, unread: Unread) -> Problem {
    let fault = match unread {
        Unread::Models => return reader::models_missing(),
        Unread::Busy => return reader::busy(),
        Unread::Fault(fault) => fault,
    };
    match fault {
        fault if fault.is_no_picture() => Problem::invalid_field(&format!("photos[{number}]"), fault.advice()),
        Fault::Runtime => Problem::internal("a picture of a face was not read"),
        fault => {
            let message = format!("Photo {}: {}", number + 1, fault.advice());
            Problem::new(ErrorReason::FaceQuality, message).with("photo", number).with("fault", fault.name())
        }
    }
}

/// What is told of a picture of a check-in that is one too many.
pub fn limited(wait: Duration) -> Problem {
    let message =
        format!("Too many pictures of you were sent. Try again in {} s, or use another way.", wait.as_secs() + 1);
    Problem::new(ErrorReason::RateLimited, message).retry_after(wait)
}

/// What is told of a picture of a check-in that shows too little.
pub fn unclear(fault: Fault) -> Problem {
    Problem::new(ErrorReason::FaceQuality, fault.advice()).with("fault", fault.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit vector of which the first number is the similarity to the first axis.
    fn at(similarity: f32) -> Vector {
        let mut values = vec![0.0; super::super::vision::LENGTH];
        (values[0], values[1]) = (similarity, (1.0 - similarity * similarity).sqrt());
        Vector::unit(values).expect("a direction")
    }

    #[test]
    fn a_similarity_has_one_meaning() {
        let table = [
            (1.0, Likeness::Same),
            (0.4501, Likeness::Same),
            (0.45, Likeness::Same),
            (0.4499, Likeness::Perhaps),
            (0.40, Likeness::Perhaps),
            (0.3999, Likeness::Other),
            (-1.0, Likeness::Other),
            (f32::NAN, Likeness::Other),
        ];
        for (similarity, expected) in table {
            assert_eq!(likeness(similarity), expected, "{similarity}");
        }
    }

    #[test]
    fn every_pair_of_photos_must_agree() {
        let one = at(1.0);
        assert!(agree(std::slice::from_ref(&one)).is_ok());
        assert!(agree(&[one.clone(), at(0.5)]).is_ok());
        // The second and the third are both near the first, on its two sides.
        let mut other = vec![0.0; super::super::vision::LENGTH];
        (other[0], other[1]) = (0.6, -0.8);
        let other = Vector::unit(other).expect("a direction");
        let problem = agree(&[one.clone(), at(0.6), other]).expect_err("they differ");
        assert_eq!((problem.reason, problem.metadata["photos"].as_str()), (ErrorReason::FacePhotosDiffer, "1,2"));
        assert!(agree(&[one, at(0.44)]).is_err());
    }

    #[test]
    fn an_enrolled_photo_is_known_again() {
        assert!(is_enrolled_again(&at(1.0), &[at(0.5), at(0.98)]));
        assert!(!is_enrolled_again(&at(1.0), &[at(0.5), at(0.96)]));
    }

    #[test]
    fn what_is_told_of_a_photo_names_it_and_what_to_do() {
        let quality = unread(1, Unread::Fault(Fault::NoFace));
        assert_eq!((quality.reason, quality.metadata["photo"].as_str()), (ErrorReason::FaceQuality, "1"));
        assert_eq!(quality.metadata["fault"], "NO_FACE");
        let broken = unread(2, Unread::Fault(Fault::Broken));
        assert_eq!((broken.reason, broken.violations[0].field.as_str()), (ErrorReason::InvalidField, "photos[2]"));
        assert_eq!(unread(0, Unread::Models).reason, ErrorReason::FaceModelsMissing);
        assert_eq!(unread(0, Unread::Busy).reason, ErrorReason::Overloaded);
    }
}
