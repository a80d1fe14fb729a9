//! Bytes to pixels, within bounds that are checked before anything is allocated.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage, error::LimitErrorKind,
    imageops::FilterType, metadata::Orientation,
};
use zeroize::Zeroize as _;

use super::Fault;

const MAX_BYTES: usize = 5 * 1024 * 1024;
const MAX_SIDE: u32 = 4096;
const MAX_PIXELS: u64 = 16_000_000;
const MAX_ALLOCATION: u64 = 64 * 1024 * 1024;

/// Pixels in RGB, upright. Overwritten when they go.
pub struct Picture(RgbImage);

impl Picture {
    pub const fn image(&self) -> &RgbImage {
        &self.0
    }

    /// A smaller or larger one.
    pub fn resized(&mut self, width: u32, height: u32) -> Self {
        // Through the type whose methods are not generic, so that they are compiled once, with the library.
        let whole = DynamicImage::ImageRgb8(std::mem::take(&mut self.0));
        let resized = match 2 * width < whole.width() {
            true => whole.thumbnail_exact(width, height),
            false => whole.resize_exact(width, height, FilterType::Triangle),
        };
        self.0 = whole.into_rgb8();
        Self(resized.into_rgb8())
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// By its first bytes: what it is called or said to be is not asked.
fn format(bytes: &[u8]) -> Result<ImageFormat, Fault> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Ok(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(ImageFormat::WebP),
        _ => Err(Fault::Kind),
    }
}

pub fn decode(bytes: &[u8]) -> Result<Picture, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::TooManyBytes);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(bytes)?);
    // Reads what stands before the picture, where a profile of colours could unfold to gigabytes. Those of sides come after it, so
    // that a size is refused as a size.
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    let too_many_pixels = width > MAX_SIDE
        || height > MAX_SIDE
        || u64::from(width) * u64::from(height) > MAX_PIXELS
        || decoder.total_bytes() > MAX_ALLOCATION;
    if too_many_pixels {
        return Err(Fault::TooManyPixels { width, height });
    }
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    decoder.set_limits(limits).map_err(fault)?;
    // Phones keep the picture as the sensor saw it and say how it was held.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    image.apply_orientation(orientation);
    let picture = Picture(image.to_rgb8());
    match image {
        DynamicImage::ImageRgb8(mut pixels) => pixels.zeroize(),
        DynamicImage::ImageRgba8(mut pixels) => pixels.zeroize(),
        DynamicImage::ImageLuma8(mut pixels) => pixels.zeroize(),
        // Other forms do not come from cameras.
        _ => {}
    }
    Ok(picture)
}

fn fault(error: ImageError) -> Fault {
    match error {
        ImageError::Limits(limit) if matches!(limit.kind(), LimitErrorKind::DimensionError) => {
            Fault::TooManyPixels { width: 0, height: 0 }
        }
        _ => Fault::Broken,
    }
}
