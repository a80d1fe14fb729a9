//! StreamPunches: take the next list, while the caller may call → store it as CreatePunches does → add up.

use std::time::Duration;

use rollcall_proto::v1::{RefusedPunch, StreamPunchesRequest, StreamPunchesResponse};
use tonic::{Status, Streaming};

use super::service::Service;
use crate::{lease::Lease, principal::Principal};

/// So many are told of by name. The rest is counted.
const TOLD: usize = 1000;
/// How often it is asked whether a silent caller may go on.
const LOOK: Duration = Duration::from_millis(500);

impl Service {
    pub(super) async fn stream_punches(
        &self,
        principal: &Principal,
        mut lists: Streaming<StreamPunchesRequest>,
        lease: &Lease,
    ) -> Result<StreamPunchesResponse, Status> {
        let (mut answer, mut before) = (StreamPunchesResponse::default(), 0);
        loop {
            let next = tokio::select! {
                next = lists.message() => next?,
                () = lease.stopped() => None,
                () = tokio::time::sleep(LOOK) => {
                    lease.check()?;
                    continue;
                }
            };
            // Before what came is stored, too: whoever may not call any more stores nothing more.
            lease.check()?;
            let Some(list) = next else { break };
            let results = self.store_each(principal, &list.punches).await?;
            let count = i64::try_from(results.len()).unwrap_or(i64::MAX);
            for (place, result) in (before..).zip(results) {
                match (result.id.is_empty(), result.replayed) {
                    (false, false) => answer.stored_count += 1,
                    (false, true) => answer.replayed_count += 1,
                    (true, _) => {
                        answer.refused_count += 1;
                        if answer.refused.len() < TOLD {
                            let (reason, message, field) = (result.reason, result.message, result.field);
                            answer.refused.push(RefusedPunch { index: place, reason, message, field });
                        }
                    }
                }
            }
            before += count;
        }
        Ok(answer)
    }
}
