//! GetCurrentCode: make the code of this moment.

use rollcall_proto::v1::Code;

use super::service::Service;
use crate::{
    convert::timestamp,
    entity::{policy_version::CodeMode, session::Model},
};

impl Service {
    pub(super) fn get_current_code(&self, session: &Model, mode: CodeMode) -> Code {
        let shown = self.rotation.show(session, mode, self.clock.now());
        Code {
            code: shown.text,
            session_id: session.id.to_string(),
            location_id: session.location_id.to_string(),
            issued_at: Some(timestamp(shown.issued_at)),
            expires_at: Some(timestamp(shown.expires_at)),
            refresh_interval_seconds: i32::try_from(self.rotation.interval_seconds(mode)).unwrap_or(i32::MAX),
        }
    }
}
