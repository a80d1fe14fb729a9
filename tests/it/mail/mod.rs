//! What goes by mail: invitations, registration, another password; and that it arrives, once, whatever breaks meanwhile.

mod address;
mod delivery;
mod invitation;
mod limits;
mod order;
mod outage;
mod password_reset;
mod race;
mod registration;
mod same_answer;
mod settings;

use prost_types::FieldMask;
use rollcall_proto::v1::{
    College, CreateUserRequest, ForgotPasswordRequest, ForgotPasswordResponse, InviteUserRequest, InviteUserResponse,
    LoginRequest, LoginResponse, RegisterRequest, RegisterResponse, ResetPasswordRequest, ResetPasswordResponse,
    UpdateCollegeRequest, User, college::Registration, user::Role,
};
use rollcall_tests::{Answer as _, Kind, actor::Actor, database::Rows, mail::Line, until, world::Plan};
use tonic::{Response, Status};

/// What people choose.
const NEW: &str = "a ferry in the morning fog";

/// A world with a mail server.
fn plan(kind: Kind) -> Plan {
    Plan::new(kind).mail(Line::Plain)
}

/// A student whom the administrator makes and invites.
async fn invited(admin: &Actor, name: &str) -> User {
    let request = CreateUserRequest {
        email: format!("{name}@riverside.example"),
        username: name.to_owned(),
        role: Role::Student.into(),
        password: None,
        invite: true,
    };
    admin.users().create_user(request).await.answer()
}

async fn invite(admin: &Actor, id: &str) -> Result<Response<InviteUserResponse>, Status> {
    admin.users().invite_user(InviteUserRequest { id: id.to_owned() }).await
}

/// Registers with a token.
async fn accept(actor: &Actor, token: &str, password: &str) -> Result<Response<RegisterResponse>, Status> {
    let request =
        RegisterRequest { token: token.to_owned(), password: password.to_owned(), ..RegisterRequest::default() };
    actor.auth().register(request).await
}

/// Asks for an account.
async fn ask(actor: &Actor, email: &str, college: &str) -> Result<Response<RegisterResponse>, Status> {
    let request = RegisterRequest {
        email: email.to_owned(),
        username: "Cedar".to_owned(),
        college: college.to_owned(),
        ..RegisterRequest::default()
    };
    actor.auth().register(request).await
}

async fn forgot(actor: &Actor, email: &str) -> Result<Response<ForgotPasswordResponse>, Status> {
    let request = ForgotPasswordRequest { email: email.to_owned(), college: String::new() };
    actor.auth().forgot_password(request).await
}

async fn reset(actor: &Actor, token: &str, password: &str) -> Result<Response<ResetPasswordResponse>, Status> {
    let request = ResetPasswordRequest { token: token.to_owned(), new_password: password.to_owned() };
    actor.auth().reset_password(request).await
}

async fn login(actor: &Actor, email: &str, password: &str) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest { email: email.to_owned(), password: password.to_owned(), ..Default::default() };
    actor.auth().login(request).await
}

/// Says how people get an account.
async fn set_registration(admin: &Actor, registration: Registration) {
    let request = UpdateCollegeRequest {
        college: Some(College { registration: registration.into(), ..College::default() }),
        update_mask: Some(FieldMask { paths: vec!["registration".to_owned()] }),
    };
    let told = admin.college().update_college(request).await.answer();
    assert_eq!(told.registration(), registration);
}

/// Waits until nothing is left to do.
async fn all_done(rows: &Rows) {
    until("every job is done", async || (waiting(rows).await == 0).then_some(())).await;
}

/// How many jobs wait that do not come again and again by themselves.
async fn waiting(rows: &Rows) -> i64 {
    rows.number("SELECT COUNT(*) AS n FROM jobs WHERE unique_key IS NULL AND dead_at IS NULL").await
}

async fn deeds(rows: &Rows, action: &str) -> i64 {
    rows.number(&format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = '{action}'")).await
}
