//! The address that the call came from, against the networks that the college declared.
//!
//! A whole campus may be behind one address, and whoever uses mobile data is behind another while sitting in the room. So it may speak
//! for somebody, of whom a policy wants more beside, and never against anybody.

use super::Judged;
use crate::entity::evidence::{Evidence, Factor, Verdict};

pub fn judge(is_on_campus: bool) -> Judged {
    let (verdict, detail) = match is_on_campus {
        true => (Verdict::Passed, "You were on the campus network."),
        false => (Verdict::Missing, "You were not on the campus network."),
    };
    Judged::said(Evidence::new(Factor::Network, verdict, detail))
}
