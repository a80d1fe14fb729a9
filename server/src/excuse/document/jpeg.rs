//! Where a JPEG image ends (ITU T.81). Libraries tell it only to those who decode all of it, which costs memory by what an
//! image says of its size.

use super::{Fault, check_pixels};

const BROKEN: Fault = "is no whole JPEG image: it is damaged or breaks off";

const TEM: u8 = 0x01;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// One part of the image after the other, until its end.
pub fn end(bytes: &[u8]) -> Result<usize, Fault> {
    let mut reader = Reader { bytes, at: 2 };
    let (mut has_frame, mut has_scan) = (false, false);
    loop {
        match reader.marker()? {
            EOI if has_frame && has_scan => return Ok(reader.at),
            EOI | SOI | 0x00 => return Err(BROKEN),
            TEM | 0xd0..=0xd7 => {}
            SOS if has_frame => {
                reader.segment()?;
                reader.skip_scan()?;
                has_scan = true;
            }
            SOS => return Err(BROKEN),
            marker => {
                let segment = reader.segment()?;
                if is_frame(marker) {
                    let [_, high, low, left, right, ..] = *segment else { return Err(BROKEN) };
                    check_pixels(u16::from_be_bytes([left, right]).into(), u16::from_be_bytes([high, low]).into())?;
                    has_frame = true;
                }
            }
        }
    }
}

/// Start of frame: all of this row but the tables, the extension and the conditioning that stand among them.
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.bytes.get(self.at).copied().ok_or(BROKEN)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next marker, behind any number of bytes that fill.
    fn marker(&mut self) -> Result<u8, Fault> {
        if self.byte()? != 0xff {
            return Err(BROKEN);
        }
        loop {
            match self.byte()? {
                0xff => {}
                marker => return Ok(marker),
            }
        }
    }

    /// What a segment holds behind its length.
    fn segment(&mut self) -> Result<&'a [u8], Fault> {
        let length = usize::from(u16::from_be_bytes([self.byte()?, self.byte()?]));
        let begin = self.at;
        self.at = begin + length.checked_sub(2).ok_or(BROKEN)?;
        self.bytes.get(begin..self.at).ok_or(BROKEN)
    }

    /// Up to the marker that follows a scan: a byte 0xff within it is followed by a zero or marks a restart.
    fn skip_scan(&mut self) -> Result<(), Fault> {
        loop {
            if self.byte()? != 0xff {
                continue;
            }
            let at = self.at - 1;
            let mut next = self.byte()?;
            while next == 0xff {
                next = self.byte()?;
            }
            if !matches!(next, 0x00 | 0xd0..=0xd7) {
                self.at = at;
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Markers and segments of an image that has every part and shows nothing.
    fn image(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F'];
        bytes.extend([0xff, 0xff, 0xc0, 0, 11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0]);
        bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
        bytes.extend([1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4]);
        bytes.extend([0xff, 0xc4, 0, 2, 0xff, 0xda, 0, 2, 5, 0xff, 0xd9]);
        bytes
    }

    #[test]
    fn an_image_ends_where_it_says() {
        let whole = image(640, 480);
        assert_eq!(end(&whole), Ok(whole.len()));
        let more = [whole.as_slice(), b"SEFT", &whole].concat();
        assert_eq!(end(&more), Ok(whole.len()), "what a camera puts behind it");
        for length in 2..whole.len() {
            assert_eq!(end(&whole[..length]), Err(BROKEN), "{length} of {} bytes", whole.len());
        }
    }

    #[test]
    fn what_only_begins_like_an_image_is_none() {
        let with = |at: usize, byte: u8| {
            let mut bytes = image(640, 480);
            bytes[at] = byte;
            bytes
        };
        let table: [(Vec<u8>, Fault); 6] = [
            ([&b"\xff\xd8\xff"[..], b"<script>"].concat(), BROKEN),
            (b"\xff\xd8\xff\xd9".to_vec(), BROKEN),
            // No frame before the scan, and a segment longer than the file.
            (with(10, 0xe1), BROKEN),
            (with(4, 0x7f), BROKEN),
            (image(0, 480), "is an image of no size"),
            (image(65_535, 65_535), "is an image of more than 100 million pixels: send a smaller one"),
        ];
        for (bytes, expected) in table {
            assert_eq!(end(&bytes), Err(expected), "{bytes:?}");
        }
    }
}
