//! From the bytes of a picture to the vector of the one face in it. Knows nothing of people, colleges or databases, and keeps
//! nothing: pixels and vectors are overwritten when they go.

mod align;
mod decode;
mod detect;
mod fault;
mod quality;
mod vector;

use std::{sync::Arc, time::Duration};

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::NdTensor;

pub use fault::Fault;
pub use vector::{LENGTH, Vector};

/// A picture that takes more of a processor to unpack is given up; no honest one does. What the models take is the same for all.
const MOST_TIME: Duration = Duration::from_secs(2);

/// Whether a second face counts: this much of the first one's area. People behind somebody are smaller.
const SECOND_FACE: f32 = 0.35;

/// Both models. They run on the threads that they are told to, and on no other.
pub struct Models {
    detector: Model,
    embedder: Model,
    pool: Arc<ThreadPool>,
}

impl Models {
    /// Reads two ONNX files. Their thread is made by the calling one, and has its priority.
    pub fn load(detector: Vec<u8>, embedder: Vec<u8>) -> anyhow::Result<Self> {
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { detector: Model::load(detector)?, embedder: Model::load(embedder)?, pool })
    }

    /// The vector of the one clear face in a picture.
    pub fn read(&self, bytes: &[u8]) -> Result<Vector, Fault> {
        let begun = time_of_thread();
        let mut picture = decode::decode(bytes)?;
        if time_of_thread().saturating_sub(begun) > MOST_TIME {
            return Err(Fault::TooSlow);
        }
        let faces = detect::detect(&self.detector, self.options(), &mut picture)?;
        let face = one(&faces)?;
        let crop = align::align(&picture, &face.points);
        quality::check(face, &crop)?;
        let [width, height] = [align::SIDE; 2].map(|side| side as usize);
        let input = NdTensor::from_fn([1, 3, height, width], |[_, channel, y, x]| crop.at(x, y)[channel]);
        let output = self.embedder.run_one(input.into(), Some(self.options())).map_err(Fault::runtime)?;
        let (_, values) = output.into_shape_vec::<f32, 2>().map_err(Fault::runtime)?;
        Vector::unit(values).ok_or(Fault::Unclear)
    }

    fn options(&self) -> RunOptions {
        RunOptions::default().with_thread_pool(Some(self.pool.clone()))
    }
}

/// What this thread had of a processor. The time of day would count what others had, to whom it gives way.
fn time_of_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

/// The largest face, if no other one comes near it.
fn one(faces: &[detect::Face]) -> Result<&detect::Face, Fault> {
    let first = faces.iter().max_by(|a, b| a.area().total_cmp(&b.area())).ok_or(Fault::NoFace)?;
    match faces.iter().filter(|face| face.area() >= SECOND_FACE * first.area()).count() {
        1 => Ok(first),
        _ => Err(Fault::SeveralFaces),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
