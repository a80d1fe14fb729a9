//! GetCurrentCodeImage: the code of this moment as a picture.

use qrcode::{EcLevel, QrCode, render::svg};
use rollcall_proto::{google::api::HttpBody, v1::get_current_code_image_request::Format};

use super::service::Service;
use crate::{
    entity::{policy_version::CodeMode, session::Model},
    problem::Problem,
};

const PIXELS_PER_MODULE: usize = 8;
/// ISO/IEC 18004 asks for four modules of white around the code.
const QUIET_MODULES: usize = 4;

impl Service {
    pub(super) fn get_current_code_image(
        &self,
        session: &Model,
        mode: CodeMode,
        format: Format,
    ) -> Result<HttpBody, Problem> {
        let text = self.rotation.show(session, mode, self.clock.now()).text;
        // Medium correction: a projector's glare may hide some of it, and the code stays coarse enough for the last row.
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Problem::internal)?;
        let (content_type, data) = match format {
            Format::Unspecified | Format::Svg => {
                ("image/svg+xml", code.render::<svg::Color>().min_dimensions(320, 320).build().into_bytes())
            }
            Format::Png => ("image/png", png(&code)?),
        };
        Ok(HttpBody { content_type: content_type.to_owned(), data: data.into(), extensions: Vec::new() })
    }
}

/// One bit a pixel.
fn png(code: &QrCode) -> Result<Vec<u8>, Problem> {
    let modules = code.width() + 2 * QUIET_MODULES;
    let side = modules * PIXELS_PER_MODULE;
    let is_dark = |x: usize, y: usize| {
        let inside = |at: usize| (at / PIXELS_PER_MODULE).checked_sub(QUIET_MODULES).filter(|at| *at < code.width());
        matches!((inside(x), inside(y)), (Some(x), Some(y)) if code[(x, y)] == qrcode::Color::Dark)
    };
    let mut rows = vec![0_u8; side.div_ceil(8) * side];
    for y in 0..side {
        for x in 0..side {
            if !is_dark(x, y) {
                rows[y * side.div_ceil(8) + x / 8] |= 0x80 >> (x % 8);
            }
        }
    }
    let mut file = Vec::new();
    let pixels = u32::try_from(side).map_err(Problem::internal)?;
    let mut encoder = png::Encoder::new(&mut file, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(Problem::internal)?;
    writer.write_image_data(&rows).map_err(Problem::internal)?;
    writer.finish().map_err(Problem::internal)?;
    Ok(file)
}
