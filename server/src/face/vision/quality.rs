//! Whether a face shows enough. What is refused here would match nobody, or too many.

use super::{
    Fault,
    align::{Crop, SIDE},
    detect::Face,
};

/// From eye to eye, in pixels of the picture.
const LEAST_EYE_DISTANCE: f32 = 24.0;
/// The mean of all pixels, of 255.
const DARKEST: f32 = 35.0;
const BRIGHTEST: f32 = 235.0;
/// The variance of the Laplacian of the crop: what has no edges is blurred.
const LEAST_SHARPNESS: f32 = 12.0;
/// Where the nose is between the eyes, as a part of the way from one to the other.
const NOSE: std::ops::RangeInclusive<f32> = 0.15..=0.85;

pub fn check(face: &Face, crop: &Crop) -> Result<(), Fault> {
    let [right, left, nose, ..] = face.points;
    let eyes = [left[0] - right[0], left[1] - right[1]];
    let distance = eyes[0].hypot(eyes[1]);
    if distance < LEAST_EYE_DISTANCE {
        return Err(Fault::TooSmall);
    }
    let along = (eyes[0] * (nose[0] - right[0]) + eyes[1] * (nose[1] - right[1])) / (distance * distance);
    if !NOSE.contains(&along) {
        return Err(Fault::TurnedAway);
    }
    let brightness = mean((0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))).map(|(x, y)| grey(crop, x, y)));
    if brightness < DARKEST {
        return Err(Fault::TooDark);
    }
    if brightness > BRIGHTEST {
        return Err(Fault::TooBright);
    }
    if sharpness(crop) < LEAST_SHARPNESS {
        return Err(Fault::Blurred);
    }
    Ok(())
}

/// The variance of how much a pixel differs from those beside it.
fn sharpness(crop: &Crop) -> f32 {
    let inner = || (1..SIDE - 1).flat_map(|y| (1..SIDE - 1).map(move |x| (x, y)));
    let edges = || {
        inner().map(|(x, y)| {
            let around = grey(crop, x - 1, y) + grey(crop, x + 1, y) + grey(crop, x, y - 1) + grey(crop, x, y + 1);
            around - 4.0 * grey(crop, x, y)
        })
    };
    let middle = mean(edges());
    mean(edges().map(|edge| (edge - middle).powi(2)))
}

fn grey(crop: &Crop, x: u32, y: u32) -> f32 {
    crop.grey(x as usize, y as usize)
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
