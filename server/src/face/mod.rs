//! Faces: one's own picture against one's own enrolment, where the college and the person want that.
//!
//! Promises: nobody is compared without a consent that stands; a picture is compared with the template of whoever is signed in, and
//! never with two; a template opens only with its person's own key, in its own row, and deleting that key ends it.
//! Never: a picture kept, a picture, vector or similarity in a log or an answer, a search among people, or a caller's picture
//! decoded on a thread that serves others.
//!
//! Read `vision/` for what a picture becomes, `reader.rs` for where, `template.rs` for how it is kept, `compare.rs` for what a
//! check-in learns. Whether a face was alive is not told: one picture cannot show it.

mod compare;
mod convert;
mod delete_face_enrolment;
mod enrol_face;
mod get_face_enrolment;
mod give_face_consent;
mod line;
mod models;
mod reader;
mod rules;
mod service;
mod store;
mod template;
mod vision;
mod withdraw_face_consent;

pub use compare::{Faces, Reading};
pub use models::fetch as fetch_models;
pub use reader::{Reader, busy};
pub use rules::{Likeness, likeness, limited, unclear};
pub use service::Service;
pub use vision::Fault;
