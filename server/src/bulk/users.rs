//! People, by their e-mail address.

use std::collections::{HashMap, HashSet};

use rollcall_proto::v1::{self, CreateUserRequest};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::{
    cells::Cells,
    header::Column,
    table::{Cell, Finding, Import, Line, PAGE_ROWS, Page, Plan, Table, next},
};
use crate::{
    api_key, audit,
    entity::user::{Model, NO_PASSWORD, Role},
    identity::{self, Told, role_from_proto, role_to_proto},
    jobs,
    people::{self, changes_rights, many},
    problem::Problem,
    store::{Database, Tx},
};

pub struct Users;

pub struct Row {
    email: String,
    username: String,
    role: Role,
    is_active: Option<bool>,
    password_hash: Option<String>,
}

/// Those whom rows mean, by their address, and who administers the college.
pub struct Known {
    people: HashMap<String, Model>,
    administrators: Vec<Uuid>,
}

#[derive(Default)]
pub struct Changes {
    people: Vec<Model>,
    /// Those who may do something else from now on.
    signed_out: Vec<Uuid>,
    invited: Vec<Model>,
    /// What the audit tells of one by one: who comes to be staff, and who may do something else from now on.
    deeds: Vec<Deed>,
}

/// What was done to one person.
struct Deed {
    id: Uuid,
    action: &'static str,
    detail: serde_json::Value,
}

/// What is left to do after the commit.
#[derive(Default)]
pub struct After {
    told: Vec<Told>,
    has_mail: bool,
}

impl Table for Users {
    const NAME: &'static str = "users";
    const COLUMNS: &'static [Column] = &[
        Column::needed("email"),
        Column::needed("username"),
        Column::needed("role"),
        Column::optional("is_active"),
        Column::write_only("password_hash"),
    ];
    const HAS_PEOPLE: bool = true;
    const SINGLE: &'static str = "/rollcall.v1.UserService/CreateUser";
    const KEY_COLUMN: &'static str = "email";

    type Row = Row;
    type Key = String;
    type Known = Known;
    type Changes = Changes;
    type After = After;
    type Position = String;

    fn read(cells: &mut Cells<'_>) -> Option<Row> {
        let (email, username) = (cells.needed("email").to_lowercase(), cells.needed("username"));
        let role = cells.needed_value("role", role);
        let is_active = cells.flag("is_active");
        let password_hash =
            cells.value("password_hash", |hash| identity::check_imported(hash).map(|()| hash.to_owned()));
        let CreateUserRequest { email, username, .. } = cells.check(CreateUserRequest {
            email,
            username,
            role: role.map_or(v1::user::Role::Student, role_to_proto).into(),
            ..Default::default()
        });
        Some(Row { email, username, role: role?, is_active, password_hash })
    }

    fn key(row: &Row) -> String {
        row.email.clone()
    }

    async fn load<C: ConnectionTrait>(connection: &C, import: &Import, lines: &[Line<Row>]) -> Result<Known, Problem> {
        let emails: Vec<_> = lines.iter().map(|line| line.row.email.as_str()).collect();
        let people = many::find_by_email(connection, import.college_id, &emails).await?;
        let administrators = many::find_administrators(connection, import.college_id).await?;
        Ok(Known { people, administrators })
    }

    fn plan(import: &Import, lines: &[Line<Row>], known: Known, mut finding: Finding<'_>) -> Plan<Changes> {
        let Known { mut people, administrators } = known;
        let mut plan = Plan::<Changes>::default();
        // Those who would administer the college no more, and where the file says so; and whether it makes somebody who does.
        let (mut leaving, mut is_followed) = (Vec::new(), false);
        for Line { line, row } in lines {
            let Some(before) = people.remove(&row.email) else {
                plan.created += 1;
                let made = create(row, import);
                is_followed |= people::administers(&made);
                if import.invite && made.is_active && !made.has_password() {
                    plan.invited += 1;
                    plan.changes.invited.push(made.clone());
                }
                if made.role != Role::Student {
                    let detail = json!({"role": people::role_name(made.role)});
                    plan.changes.deeds.push(Deed { id: made.id, action: "user.created", detail });
                }
                plan.changes.people.push(made);
                continue;
            };
            let after = apply(row, &before, import);
            if after == before {
                plan.unchanged += 1;
                continue;
            }
            plan.updated += 1;
            if people::administers(&before) && !people::administers(&after) {
                leaving.push((*line, if after.role == before.role { "is_active" } else { "role" }, before.id));
            }
            is_followed |= people::administers(&after);
            if changes_rights(&before, &after) {
                plan.changes.signed_out.push(before.id);
                let detail = people::difference(&before, &after);
                plan.changes.deeds.push(Deed { id: before.id, action: "user.updated", detail });
            }
            plan.changes.people.push(after);
        }
        if !leaving.is_empty() && !is_followed {
            let gone: HashSet<_> = leaving.iter().map(|(.., id)| *id).collect();
            if administrators.iter().all(|id| gone.contains(id)) {
                for (line, column, _) in leaving {
                    finding.add(line, column, "must stay: the college would have no active administrator left");
                }
            }
        }
        plan
    }

    async fn write(tx: &Tx, import: &Import, changes: Changes) -> Result<After, Problem> {
        let Import { importer, college_id, now, .. } = import;
        let Changes { people, signed_out, invited, deeds } = changes;
        many::put(tx, people).await?;
        let rows = deeds.into_iter().map(|Deed { id, action, detail }| {
            let row = audit::Row::by(&import.principal, &import.origin, action, *now);
            row.object(people::RESOURCE, id).detail(detail)
        });
        audit::insert_many(tx, rows.collect()).await?;
        let mut after = After { has_mail: !invited.is_empty(), ..After::default() };
        if after.has_mail {
            identity::invite_all(tx, &importer.keys, &importer.outbox, &invited, *now).await?;
        }
        if !signed_out.is_empty() {
            after.told.push(importer.revoker.revoke_all_of(tx, *college_id, &signed_out).await?);
            // Of those who administered the college; nobody else has any.
            let by = audit::Row::by(&import.principal, &import.origin, api_key::REVOKED, *now);
            after.told.extend(api_key::revoke_all_of(tx, &importer.revoker, &by, &signed_out, *now).await?);
        }
        Ok(after)
    }

    async fn announce(import: &Import, after: After) {
        after.told.into_iter().for_each(|told| import.importer.revoker.tell(told));
        if after.has_mail {
            jobs::announce(&import.importer.store.bus);
        }
    }

    async fn page(database: &Database, college_id: Uuid, after: Option<String>) -> Result<Page<String>, Problem> {
        let found = many::list_after(database.reader(), college_id, after.as_deref(), PAGE_ROWS).await?;
        let next = next(&found, |last| last.email.clone());
        let rows = found.into_iter().map(|person| {
            let role = role_to_proto(person.role).as_str_name();
            vec![
                Cell::Text(person.email),
                Cell::Text(person.username),
                Cell::typed(role),
                Cell::typed(person.is_active),
            ]
        });
        Ok(Page { rows: rows.collect(), next })
    }
}

fn role(text: &str) -> Result<Role, &'static str> {
    let role = v1::user::Role::from_str_name(&text.to_uppercase()).and_then(role_from_proto);
    role.ok_or("must be STUDENT, TEACHER or ADMIN")
}

fn create(row: &Row, import: &Import) -> Model {
    Model {
        college_id: import.college_id,
        id: Uuid::now_v7(),
        email: row.email.clone(),
        username: row.username.clone(),
        password_hash: row.password_hash.clone().unwrap_or_else(|| NO_PASSWORD.to_owned()),
        role: row.role,
        is_active: row.is_active.unwrap_or(true),
        created_at: import.now,
        updated_at: import.now,
        deleted_at: None,
    }
}

/// The person as the row has them; the very same where it says nothing new. A password that is there already stays: its owner
/// may have chosen it, and a login makes another hash of the one that was imported.
fn apply(row: &Row, before: &Model, import: &Import) -> Model {
    let mut after = before.clone();
    after.username.clone_from(&row.username);
    after.role = row.role;
    after.is_active = row.is_active.unwrap_or(before.is_active);
    if let Some(hash) = row.password_hash.as_ref().filter(|_| !before.has_password()) {
        after.password_hash.clone_from(hash);
    }
    if after != *before {
        after.updated_at = import.now;
    }
    after
}
