//! A face, turned and scaled so that its five points come to lie where the model learnt them.

use zeroize::Zeroizing;

use super::decode::Picture;

/// The model's side, in pixels.
pub const SIDE: u32 = 112;

/// Where ArcFace, and all that follow it, have the points.
const TEMPLATE: [[f32; 2]; 5] =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/// A face as the model wants it, in RGB. Overwritten when it goes.
pub struct Crop(Zeroizing<Vec<[f32; 3]>>);

impl Crop {
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.0[y * SIDE as usize + x]
    }

    /// How bright a pixel is, 0 to 255.
    pub fn grey(&self, x: usize, y: usize) -> f32 {
        let [red, green, blue] = self.at(x, y);
        0.299 * red + 0.587 * green + 0.114 * blue
    }
}

/// A turn and a scale, as one complex number, and a shift. A reflection is none of these.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Similarity {
    factor: [f32; 2],
    shift: [f32; 2],
}

impl Similarity {
    /// The one that brings `from` nearest to `to`, by least squares.
    fn fit(from: &[[f32; 2]; 5], to: &[[f32; 2]; 5]) -> Self {
        let (from_mean, to_mean) = (mean(from), mean(to));
        let (mut real, mut imaginary, mut spread) = (0.0, 0.0, f32::EPSILON);
        for (from, to) in from.iter().zip(to) {
            let [x, y] = [from[0] - from_mean[0], from[1] - from_mean[1]];
            let [u, v] = [to[0] - to_mean[0], to[1] - to_mean[1]];
            real += x * u + y * v;
            imaginary += x * v - y * u;
            spread += x * x + y * y;
        }
        let factor = [real / spread, imaginary / spread];
        let [x, y] = times(factor, from_mean);
        Self { factor, shift: [to_mean[0] - x, to_mean[1] - y] }
    }

    fn apply(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y] = times(self.factor, point);
        [x + self.shift[0], y + self.shift[1]]
    }

    fn inverse(&self) -> Self {
        let size = (self.factor[0].powi(2) + self.factor[1].powi(2)).max(f32::EPSILON);
        let factor = [self.factor[0] / size, -self.factor[1] / size];
        let [x, y] = times(factor, self.shift);
        Self { factor, shift: [-x, -y] }
    }
}

fn times(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

fn mean(points: &[[f32; 2]; 5]) -> [f32; 2] {
    [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f32>() / points.len() as f32)
}

/// What lies beyond the picture is black.
pub fn align(picture: &Picture, points: &[[f32; 2]; 5]) -> Crop {
    let back = Similarity::fit(points, &TEMPLATE).inverse();
    let pixels =
        (0..SIDE * SIDE).map(|number| sample(picture, back.apply([(number % SIDE) as f32, (number / SIDE) as f32])));
    Crop(Zeroizing::new(pixels.collect()))
}

/// Between four pixels.
fn sample(picture: &Picture, [x, y]: [f32; 2]) -> [f32; 3] {
    let image = picture.image();
    let (left, top) = (x.floor(), y.floor());
    let mut sum = [0.0; 3];
    for (at_x, at_y) in [(left, top), (left + 1.0, top), (left, top + 1.0), (left + 1.0, top + 1.0)] {
        let weight = (1.0 - (x - at_x).abs()) * (1.0 - (y - at_y).abs());
        if at_x < 0.0 || at_y < 0.0 {
            continue;
        }
        if let Some(pixel) = image.get_pixel_checked(at_x as u32, at_y as u32) {
            for (sum, value) in sum.iter_mut().zip(pixel.0) {
                *sum += weight * f32::from(value);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_similarity_is_found_again_and_never_mirrors() {
        let moved = Similarity { factor: [0.3, -1.2], shift: [40.0, -7.0] };
        let points = TEMPLATE.map(|point| moved.apply(point));
        let found = Similarity::fit(&points, &TEMPLATE);
        for (point, wanted) in points.iter().zip(TEMPLATE) {
            let [x, y] = found.apply(*point);
            assert!((x - wanted[0]).abs() < 1e-3 && (y - wanted[1]).abs() < 1e-3, "{x} {y} {wanted:?}");
            let [x, y] = found.inverse().apply(wanted);
            assert!((x - point[0]).abs() < 1e-2 && (y - point[1]).abs() < 1e-2, "{x} {y} {point:?}");
        }
        let mirrored = TEMPLATE.map(|[x, y]| [-x, y]);
        let found = Similarity::fit(&mirrored, &TEMPLATE);
        let misses =
            mirrored.iter().zip(TEMPLATE).any(|(point, wanted)| (found.apply(*point)[0] - wanted[0]).abs() > 5.0);
        assert!(misses, "a mirrored face must not fit");
    }
}
