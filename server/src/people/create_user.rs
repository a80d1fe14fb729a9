//! CreateUser: hash the password, where there is one → insert, and invite where that is asked for; the database refuses an
//! address that is taken.

use rollcall_proto::v1::CreateUserRequest;
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    audit,
    entity::user,
    identity::{self, Owner, check_password},
    jobs, organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn create_user(
        &self,
        principal: &Principal,
        request: CreateUserRequest,
        origin: Origin,
    ) -> Result<user::Model, Problem> {
        let (college_id, email) = (principal.college_id, request.email.to_lowercase());
        let role =
            identity::role_from_proto(request.role()).ok_or_else(|| Problem::invalid_field("role", "is required"))?;
        rules::check_reach(principal, &[role])?;
        rules::check_password(principal, request.password.as_deref())?;
        if request.invite {
            if request.password.is_some() {
                return Err(Problem::invalid_field("invite", "must be left out beside a password"));
            }
            self.check_invitations(college_id).await?;
            self.outbox.admit_invitation(college_id, &email).await?;
        }
        let password_hash = match request.password {
            Some(password) => {
                let college = organisation::find_college(&self.store.database, college_id).await?;
                check_password("password", &password, Owner { email: &email, college: &college.short_name })?;
                self.passwords.hash(password).await?
            }
            None => user::NO_PASSWORD.to_owned(),
        };
        let now = self.clock.now();
        let person = user::Model {
            college_id,
            id: Uuid::now_v7(),
            email,
            username: request.username,
            password_hash,
            role,
            is_active: true,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        let row = audit::Row::by(principal, &origin, "user.created", now)
            .object(RESOURCE, person.id)
            .detail(json!({"role": rules::role_name(role)}));
        let invited = audit::Row::by(principal, &origin, "user.invited", now).object(RESOURCE, person.id);
        let (made, keys, outbox) = (person.clone(), self.keys.clone(), self.outbox.clone());
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    store::insert(tx, made.clone()).await?;
                    audit::insert(tx, row).await?;
                    if request.invite {
                        identity::invite(tx, &keys, &outbox, &made, now).await?;
                        audit::insert(tx, invited).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        if request.invite {
            jobs::announce(&self.store.bus);
        }
        Ok(person)
    }
}
