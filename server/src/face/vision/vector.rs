//! What a face is compared by. Like a password that nobody can ever change: it is neither logged nor shown.

use zeroize::{Zeroize as _, Zeroizing};

pub const LENGTH: usize = 128;

/// A unit vector. Overwritten when it goes.
#[derive(Clone)]
pub struct Vector(Zeroizing<[f32; LENGTH]>);

impl Vector {
    /// None for what has no direction, or another length.
    pub fn unit(mut values: Vec<f32>) -> Option<Self> {
        let unit = values.as_slice().try_into().ok().and_then(Self::normalised);
        values.zeroize();
        unit
    }

    fn normalised(mut values: [f32; LENGTH]) -> Option<Self> {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        let unit =
            (length.is_finite() && length > 1e-6).then(|| Self(Zeroizing::new(values.map(|value| value / length))));
        values.zeroize();
        unit
    }

    /// The direction between some. None where they cancel each other out.
    pub fn mean(vectors: &[Self]) -> Option<Self> {
        let mut sum = [0.0; LENGTH];
        for vector in vectors {
            sum.iter_mut().zip(vector.0.iter()).for_each(|(sum, value)| *sum += value);
        }
        let mean = Self::normalised(sum);
        sum.zeroize();
        mean
    }

    /// The cosine of the angle between the two: 1 for the same, about 0 for strangers.
    pub fn similarity(&self, other: &Self) -> f32 {
        self.0.iter().zip(other.0.iter()).map(|(a, b)| a * b).sum()
    }

    /// Appends it, as it is sealed.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        self.0.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    }

    /// What `write` wrote.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != 4 * LENGTH {
            return None;
        }
        Self::unit(bytes.chunks_exact(4).filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?))).collect())
    }
}

impl std::fmt::Debug for Vector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vector(..)")
    }
}
