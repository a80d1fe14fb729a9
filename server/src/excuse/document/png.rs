//! Where a PNG image ends. The library checks the order and the sums of the parts; nothing is unpacked, and what could be
//! (profiles of colours, texts) is passed over: the library would unpack a megabyte of it to a gigabyte.

use png::{Decoded, StreamingDecoder, chunk};

use super::{Fault, check_pixels};

const BROKEN: Fault = "is no whole PNG image: it is damaged or breaks off";

pub fn end(bytes: &[u8]) -> Result<usize, Fault> {
    let mut decoder = decoder();
    let (mut at, mut has_image) = (0, false);
    while at < bytes.len() {
        let (read, decoded) = decoder.update(&bytes[at..], None).map_err(|_| BROKEN)?;
        at += read;
        match decoded {
            Decoded::ChunkComplete(chunk::IHDR) => {
                let info = decoder.info().ok_or(BROKEN)?;
                check_pixels(info.width, info.height)?;
            }
            Decoded::ChunkBegin(_, chunk::IDAT) => has_image = true,
            Decoded::ChunkComplete(chunk::IEND) => return if has_image { Ok(at) } else { Err(BROKEN) },
            _ if read == 0 => return Err(BROKEN),
            _ => {}
        }
    }
    Err(BROKEN)
}

fn decoder() -> StreamingDecoder {
    let mut decoder = StreamingDecoder::new();
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_ignore_text_chunk(true);
    decoder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = png::Encoder::new(&mut bytes, 3, 2).write_header().expect("a header");
        writer.write_image_data(&[7; 6]).expect("an image");
        writer.finish().expect("an end");
        bytes
    }

    #[test]
    fn an_image_ends_where_it_says() {
        let whole = image();
        assert_eq!(end(&whole), Ok(whole.len()));
        assert_eq!(end(&[whole.as_slice(), b"PK\x03\x04"].concat()), Ok(whole.len()));
        for length in 8..whole.len() {
            assert_eq!(end(&whole[..length]), Err(BROKEN), "{length} of {} bytes", whole.len());
        }
    }

    /// 60 kB that unfold to 64 MB, as a profile of colours.
    #[test]
    fn no_profile_is_unpacked() {
        let mut bytes = Vec::new();
        let mut info = png::Info::with_size(3, 2);
        info.icc_profile = Some(vec![0; 64 << 20].into());
        let mut writer =
            png::Encoder::with_info(&mut bytes, info).expect("an encoder").write_header().expect("a header");
        writer.write_image_data(&[7; 6]).expect("an image");
        writer.finish().expect("an end");
        assert!(bytes.len() < 1 << 20 && bytes.windows(4).any(|name| name == b"iCCP"));
        assert_eq!(end(&bytes), Ok(bytes.len()));
        let mut decoder = decoder();
        let mut at = 0;
        while at < bytes.len() {
            at += decoder.update(&bytes[at..], None).expect("it is whole").0;
        }
        assert!(decoder.info().expect("a header").icc_profile.is_none());
    }

    #[test]
    fn every_byte_counts() {
        let whole = image();
        for at in 8..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            assert!(end(&bytes).is_err(), "byte {at}");
        }
    }
}
