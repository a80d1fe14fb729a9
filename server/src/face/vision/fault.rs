//! Why a picture gives no vector.

use std::fmt::Display;

/// What is wrong with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// More bytes than are read.
    TooManyBytes,
    /// By its first bytes it is no JPEG, PNG or WebP.
    Kind,
    /// More pixels than are read.
    TooManyPixels {
        width: u32,
        height: u32,
    },
    /// It ends too early, or is no picture inside.
    Broken,
    NoFace,
    SeveralFaces,
    TooSmall,
    TooDark,
    TooBright,
    Blurred,
    TurnedAway,
    /// There is a face of which nothing can be made.
    Unclear,
    /// It took longer than a picture may.
    TooSlow,
    /// A model did not run.
    Runtime,
}

impl Fault {
    /// Whether it is no picture that is read, rather than one that shows too little.
    pub const fn is_no_picture(self) -> bool {
        matches!(self, Self::TooManyBytes | Self::Kind | Self::TooManyPixels { .. } | Self::Broken)
    }

    /// The cause goes to the log: it tells of the models, and never of the picture.
    pub(super) fn runtime(cause: impl Display) -> Self {
        tracing::error!(error = %cause, "a face model does not run");
        Self::Runtime
    }

    /// For programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooManyBytes => "TOO_MANY_BYTES",
            Self::Kind => "KIND",
            Self::TooManyPixels { .. } => "TOO_MANY_PIXELS",
            Self::Broken => "BROKEN",
            Self::NoFace => "NO_FACE",
            Self::SeveralFaces => "SEVERAL_FACES",
            Self::TooSmall => "TOO_SMALL",
            Self::TooDark => "TOO_DARK",
            Self::TooBright => "TOO_BRIGHT",
            Self::Blurred => "BLURRED",
            Self::TurnedAway => "TURNED_AWAY",
            Self::Unclear => "UNCLEAR",
            Self::TooSlow => "TOO_SLOW",
            Self::Runtime => "RUNTIME",
        }
    }

    /// What is wrong, and what to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::TooManyBytes => "must be at most 5 MiB",
            Self::Kind => "must be a JPEG, PNG or WebP image",
            Self::TooManyPixels { .. } => "must have at most 4096 pixels a side and 16 million in all",
            Self::Broken => "cannot be read to its end; send the whole file",
            Self::NoFace => "No face was found. Hold the camera upright and look into it.",
            Self::SeveralFaces => "There are several faces. Take a picture of yourself alone.",
            Self::TooSmall => "The face is too small. Come closer.",
            Self::TooDark => "The face is too dark. Turn to the light.",
            Self::TooBright => "The face is too bright. Turn away from the light.",
            Self::Blurred => "The face is blurred. Hold still.",
            Self::TurnedAway => "The face is turned away. Look into the camera.",
            Self::Unclear => "The face is not clear. Take another picture.",
            Self::TooSlow => "The picture took too long to read. Send a smaller one.",
            Self::Runtime => "The picture could not be compared. Try again.",
        }
    }
}
