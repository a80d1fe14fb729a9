//! GetCheckInNonce.

use rollcall_proto::v1::GetCheckInNonceResponse;

use super::{nonce, service::Service};
use crate::{convert::timestamp, principal::Principal};

impl Service {
    pub(super) fn get_check_in_nonce(&self, principal: &Principal) -> GetCheckInNonceResponse {
        let now = self.clock.now();
        let nonce = nonce::make(&self.keys.device_nonce, principal.college_id, principal.id, now);
        GetCheckInNonceResponse {
            nonce: nonce.to_vec(),
            expires_at: Some(timestamp(now + nonce::LIFE)),
            college_id: principal.college_id.to_string(),
            user_id: principal.id.to_string(),
        }
    }
}
