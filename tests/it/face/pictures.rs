//! Pictures: the portraits, and what is made of them and of nothing.

use std::io::Cursor;

use image::{
    DynamicImage, ImageEncoder as _, ImageFormat, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::{self, FilterType},
};

use super::fetched;

/// The bytes of a portrait: `person_a_1` and `person_a_2` are one person at different times, as are the two of `person_b`;
/// `impostor_1` and `impostor_2` are two more.
pub async fn portrait(name: &str) -> Vec<u8> {
    std::fs::read(fetched::portraits().await.join(format!("{name}.jpg"))).expect("a portrait")
}

async fn pixels(name: &str) -> DynamicImage {
    image::load_from_memory(&portrait(name).await).expect("a picture")
}

pub fn packed(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image.to_rgb8()).write_to(&mut bytes, format).expect("a file");
    bytes.into_inner()
}

/// The same picture in another file.
pub async fn repacked(name: &str, format: ImageFormat) -> Vec<u8> {
    packed(&pixels(name).await, format)
}

/// As a phone keeps a picture that was taken on its side: turned, with a word that says how.
pub async fn on_its_side(name: &str) -> Vec<u8> {
    let turned = pixels(name).await.rotate270().to_rgb8();
    // One entry: the orientation is 6, to be turned to the right.
    let exif = [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"[..], &[0; 4]].concat();
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 92);
    encoder.set_exif_metadata(exif).expect("the word");
    encoder.write_image(&turned, turned.width(), turned.height(), image::ExtendedColorType::Rgb8).expect("a file");
    bytes
}

/// Two people side by side, of one size.
pub async fn together(left: &str, right: &str) -> Vec<u8> {
    let mut canvas = RgbImage::new(1000, 620);
    for (number, name) in [left, right].into_iter().enumerate() {
        let one = pixels(name).await.resize_exact(500, 620, FilterType::Triangle).to_rgb8();
        imageops::replace(&mut canvas, &one, 500 * number as i64, 0);
    }
    packed(&canvas.into(), ImageFormat::Jpeg)
}

/// A wall.
pub fn nobody() -> Vec<u8> {
    let wall = RgbImage::from_fn(480, 640, |x, y| image::Rgb([90 + (x % 64) as u8, 110 + (y % 32) as u8, 130]));
    packed(&wall.into(), ImageFormat::Jpeg)
}

/// So small that the eyes are some pixels apart.
pub async fn tiny(name: &str) -> Vec<u8> {
    packed(&pixels(name).await.resize(72, 90, FilterType::Triangle), ImageFormat::Png)
}

/// Out of focus.
pub async fn blurred(name: &str) -> Vec<u8> {
    packed(&pixels(name).await.blur(12.0), ImageFormat::Jpeg)
}

/// In the dark.
pub async fn dark(name: &str) -> Vec<u8> {
    let mut image = pixels(name).await.to_rgb8();
    image.iter_mut().for_each(|value| *value /= 8);
    packed(&image.into(), ImageFormat::Png)
}

/// A portrait as a PNG, with a colour profile of so many equal bytes.
pub async fn with_profile(name: &str, bytes: usize) -> Vec<u8> {
    let image = pixels(name).await.to_rgb8();
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_icc_profile(vec![0; bytes]).expect("a profile");
    encoder.write_image(&image, image.width(), image.height(), image::ExtendedColorType::Rgb8).expect("a file");
    file
}

/// A PNG of some bytes that says it is so wide and so high, in one bit a pixel.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let named = [kind, data].concat();
        let length = u32::try_from(data.len()).expect("a length").to_be_bytes();
        [length.as_slice(), &named, &crc(&named).to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let signature = b"\x89PNG\r\n\x1a\n";
    [signature.as_slice(), &chunk(b"IHDR", &header), &chunk(b"IDAT", &[0x78, 0x9c, 0x03, 0x00]), &chunk(b"IEND", &[])]
        .concat()
}

/// Of PNG, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
