//! A session is over: what shows only then is looked for soon and by one server. The session says so in the transaction that ends it;
//! the slice of the check-ins, which comes later, does it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of the job.
pub const OVER: &str = "checkin.look_back";

/// Which session.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Over {
    pub college_id: Uuid,
    pub session_id: Uuid,
}
