//! CreateApiKey: verify the password of whoever asks → make a secret → keep its hash, if they still administer the college →
//! tell it once.

use rollcall_proto::v1::{CreateApiKeyRequest, CreateApiKeyResponse};
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, convert, rules, service::Service, store, text::Text};
use crate::{
    audit,
    convert::time,
    entity::{
        api_key,
        user::{self, Role},
    },
    identity,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn create_api_key(
        &self,
        principal: &Principal,
        request: CreateApiKeyRequest,
        origin: Origin,
    ) -> Result<CreateApiKeyResponse, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let scopes = rules::scopes(&request.scopes)?;
        let wanted = request.expires_at.map(|expiry| time("expires_at", Some(expiry))).transpose()?;
        let expires_at = rules::expiry(wanted, now)?;
        // A key outlives the sign-in, so finding somebody's screen unlocked is not enough to make one.
        let account = self.identity.check_own_password(principal, request.current_password, &origin).await?;
        let text = Text { college_id, id: Uuid::now_v7(), secret: rand::random() };
        let made = api_key::Model {
            college_id,
            id: text.id,
            name: request.name,
            secret_hash: text.hash().to_vec(),
            scopes: convert::scopes_to_json(&scopes),
            created_by: principal.id,
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let row = audit::Row::by(principal, &origin, "api_key.created", now)
            .object(RESOURCE, made.id)
            .detail(json!({"name": made.name, "scopes": made.scopes, "expires_at": made.expires_at}));
        let stored = made.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    // Whoever takes the administration or the password away locks the account too, and then sees the key.
                    let found = identity::find_unchanging(tx, account.college_id, account.id).await?;
                    let is_same = |found: &user::Model| {
                        found.role == Role::Admin && found.is_active && found.password_hash == account.password_hash
                    };
                    found.filter(is_same).ok_or_else(identity::wrong_password)?;
                    store::insert(tx, stored).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        Ok(CreateApiKeyResponse { api_key: Some(convert::to_proto(made)), key: text.write(&self.keys.api_key) })
    }
}
