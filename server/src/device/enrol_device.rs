//! EnrolDevice: verify that the caller holds the key → lock the person → begin the key as active or PENDING → have the person told.

use rollcall_proto::v1::EnrolDeviceRequest;
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, convert, key, nonce, rules, service::Service, statement, store};
use crate::{
    audit,
    convert::sized,
    entity::device::{Model, State},
    jobs,
    notification::{self, Event, What},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    store::detach,
};

impl Service {
    pub(super) async fn enrol_device(
        &self,
        principal: &Principal,
        request: EnrolDeviceRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let (college_id, user_id, now) = (principal.college_id, principal.id, self.clock.now());
        let algorithm = convert::algorithm(request.algorithm())?;
        key::check(algorithm, &request.public_key)?;
        let nonce = sized("nonce", &request.nonce)?;
        let proof = sized("proof", &request.proof)?;
        match nonce::read(&self.keys.device_nonce, college_id, user_id, &nonce, nonce::LIFE, now) {
            nonce::Reading::Holds { .. } => {}
            nonce::Reading::Expired { .. } => return Err(unproven("NONCE_EXPIRED", "The nonce is too old.")),
            nonce::Reading::Invalid => return Err(unproven("NONCE_INVALID", "The nonce was not made for you.")),
        }
        let message = statement::enrolment(college_id, user_id, &nonce, &request.public_key);
        if !key::verifies(algorithm, &request.public_key, &message, &proof) {
            return Err(unproven(
                "SIGNATURE_WRONG",
                "The proof is no signature of this key over what it must be over.",
            ));
        }
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let time_zone = college.time_zone.clone();
        let attestation = request.attestation.unwrap_or_default();
        let fresh = move |has_enrolled| {
            let (state, active_from) = rules::beginning(has_enrolled, college.device_cooldown_hours, now);
            Model {
                college_id,
                id: Uuid::now_v7(),
                user_id,
                name: request.name,
                device_id: request.device_id,
                algorithm,
                public_key: request.public_key,
                platform: convert::platform(attestation.platform()),
                attestation: attestation.token,
                state,
                active_from,
                approved_by: None,
                created_at: now,
                revoked_at: None,
            }
        };
        let row = audit::Row::by(principal, &origin, "device.enrolled", now);
        let store = self.store.clone();
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let keys = store::lock(tx, college_id, user_id, now).await?;
                    let made = fresh(!keys.is_empty());
                    let same = |key: &&Model| key.state != State::Revoked && key.public_key == made.public_key;
                    if let Some(known) = keys.iter().find(same) {
                        return Ok(known.clone());
                    }
                    // One that waits gives way to any new one, and an active one to an active one.
                    let replaced = keys.iter().filter(|key| match key.state {
                        State::Pending => true,
                        State::Active => made.state == State::Active,
                        State::Revoked => false,
                    });
                    for key in replaced {
                        store::revoke(tx, key, now).await?;
                    }
                    store::insert(tx, made.clone()).await?;
                    store::prune(tx, college_id, &keys).await?;
                    let detail = json!({
                        "name": made.name,
                        "algorithm": format!("{:?}", made.algorithm).to_uppercase(),
                        "active_from": made.active_from,
                    });
                    audit::insert(tx, row.object(RESOURCE, made.id).detail(detail)).await?;
                    // Who has the password and not the device is to be noticed before the key is active.
                    let what = What::DeviceEnrolled {
                        student_id: user_id,
                        key_id: made.id,
                        name: made.name.clone(),
                        active_from: made.active_from,
                    };
                    notification::raise(tx, [Event::of_a_person(college_id, time_zone, what, Some(user_id), now)])
                        .await?;
                    Ok(made)
                })
            });
            let made = work.await?;
            jobs::announce(&store.bus);
            store.cache.outdate(&store::Any { college_id }).await;
            Ok(made)
        })
        .await
    }
}

fn unproven(cause: &str, words: &str) -> Problem {
    let message = format!("{words} Ask for a nonce and sign it with the new key.");
    Problem::new(ErrorReason::DeviceNotProven, message).with("cause", cause)
}
