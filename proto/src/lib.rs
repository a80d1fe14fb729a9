//! The contract as Rust: messages, clients and servers generated from `proto/`, and the descriptor set that everything
//! which is not generated reads. Nothing else is written here by hand.

/// The descriptors of every file, with custom options, as a serialised `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The same with comments, for documentation. Read, they take several times as much memory.
pub const COMMENTED_DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/commented.bin"));

/// Generated code is not held to the lints of written code.
#[allow(clippy::all, unused_qualifications, missing_docs, rustdoc::all)]
mod generated {
    pub mod google {
        pub mod api {
            include!(concat!(env!("OUT_DIR"), "/google.api.rs"));
        }
        pub mod rpc {
            include!(concat!(env!("OUT_DIR"), "/google.rpc.rs"));
        }
    }
    pub mod buf {
        pub mod validate {
            include!(concat!(env!("OUT_DIR"), "/buf.validate.rs"));
        }
    }
    pub mod rollcall {
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/rollcall.v1.rs"));
        }
    }
}

pub use generated::rollcall::v1;
pub use generated::{buf, google};
