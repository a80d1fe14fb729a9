//! Where the faces are: YuNet, 2023-03.

use rten::{Model, RunOptions, Value};
use rten_tensor::{Layout as _, NdTensor, NdTensorView};

use super::{Fault, decode::Picture};

/// The model's side, in pixels. Half of it loses small faces.
const SIDE: u32 = 640;
const STRIDES: [usize; 3] = [8, 16, 32];
/// Below this it may be anything.
const LEAST_SCORE: f32 = 0.6;
/// Of two boxes that share more of their union than this, the better one stays.
const MOST_OVERLAP: f32 = 0.3;

/// A face in the pixels of its picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    pub score: f32,
    /// Left, top, width, height.
    pub area: [f32; 4],
    /// The right eye, the left one, the nose, the right corner of the mouth, the left one; sides are the person's.
    pub points: [[f32; 2]; 5],
}

impl Face {
    pub fn area(&self) -> f32 {
        self.area[2] * self.area[3]
    }

    fn overlap(&self, other: &Self) -> f32 {
        let span = |axis: usize| {
            let end = (self.area[axis] + self.area[axis + 2]).min(other.area[axis] + other.area[axis + 2]);
            (end - self.area[axis].max(other.area[axis])).max(0.0)
        };
        let shared = span(0) * span(1);
        shared / (self.area() + other.area() - shared)
    }
}

/// Every face, the surest first.
pub fn detect(model: &Model, options: RunOptions, picture: &mut Picture) -> Result<Vec<Face>, Fault> {
    let (width, height) = picture.image().dimensions();
    let scale = SIDE as f32 / width.max(height) as f32;
    let scaled = |side: u32| ((side as f32 * scale).round() as u32).clamp(1, SIDE);
    let (scaled_width, scaled_height) = (scaled(width), scaled(height));
    let input = NdTensor::from_data(
        [1, 3, SIDE as usize, SIDE as usize],
        planes(&picture.resized(scaled_width, scaled_height)),
    );
    let input_id = *model.input_ids().first().ok_or(Fault::Runtime)?;
    let outputs =
        model.run(vec![(input_id, input.into())], model.output_ids(), Some(options)).map_err(Fault::runtime)?;
    // Back to the picture's own pixels, which rounding has made differ by axis.
    let back = [width as f32 / scaled_width as f32, height as f32 / scaled_height as f32];
    let mut faces = Vec::new();
    for (number, stride) in STRIDES.into_iter().enumerate() {
        // First come the three sizes of one kind, then those of the next.
        let kind = |kind: usize| table(outputs.get(3 * kind + number));
        faces.extend(read(stride, back, &[kind(0)?, kind(1)?, kind(2)?, kind(3)?])?);
    }
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept.iter().all(|better| better.overlap(&face) <= MOST_OVERLAP) {
            kept.push(face);
        }
    }
    Ok(kept)
}

/// Blue, green and red, each by itself, with nothing to the right and below.
fn planes(small: &Picture) -> Vec<f32> {
    let (side, width) = (SIDE as usize, small.image().width() as usize);
    let mut planes = vec![0.0; 3 * side * side];
    for (y, row) in small.image().as_raw().chunks_exact(3 * width).enumerate() {
        for (x, &[red, green, blue]) in row.as_chunks::<3>().0.iter().enumerate() {
            for (plane, value) in [blue, green, red].into_iter().enumerate() {
                planes[(plane * side + y) * side + x] = f32::from(value);
            }
        }
    }
    planes
}

fn table(value: Option<&Value>) -> Result<NdTensorView<'_, f32, 3>, Fault> {
    value.ok_or(Fault::Runtime)?.as_view().try_into().map_err(Fault::runtime)
}

/// The faces of one size: class, object, box and points, each with a row for every cell.
fn read(stride: usize, back: [f32; 2], tables: &[NdTensorView<f32, 3>; 4]) -> Result<Vec<Face>, Fault> {
    let [class, object, boxes, points] = tables;
    let columns = SIDE as usize / stride;
    let shape = |table: &NdTensorView<f32, 3>, width| table.shape() == [1, columns * columns, width];
    if !(shape(class, 1) && shape(object, 1) && shape(boxes, 4) && shape(points, 10)) {
        return Err(Fault::runtime("its outputs have another shape"));
    }
    let mut faces = Vec::new();
    for cell in 0..columns * columns {
        let score = (class[[0, cell, 0]].clamp(0.0, 1.0) * object[[0, cell, 0]].clamp(0.0, 1.0)).sqrt();
        if score < LEAST_SCORE {
            continue;
        }
        let (step, at) = (stride as f32, [(cell % columns) as f32, (cell / columns) as f32]);
        let place = |axis: usize, shift: f32| (at[axis] + shift) * step * back[axis];
        let size = |axis: usize| boxes[[0, cell, 2 + axis]].exp() * step * back[axis];
        let (width, height) = (size(0), size(1));
        let point = |number: usize| [0, 1].map(|axis| place(axis, points[[0, cell, 2 * number + axis]]));
        faces.push(Face {
            score,
            area: [
                place(0, boxes[[0, cell, 0]]) - width / 2.0,
                place(1, boxes[[0, cell, 1]]) - height / 2.0,
                width,
                height,
            ],
            points: [point(0), point(1), point(2), point(3), point(4)],
        });
    }
    Ok(faces)
}
