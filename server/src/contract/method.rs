//! What the options of one RPC say.

use std::time::Duration;

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use rollcall_proto::v1::access;

use access::{Caller, Scope};

use super::file;
use crate::principal::{Credential, Principal, Role, Token};

/// One RPC.
#[derive(Debug)]
pub struct Method {
    /// `CheckInService/CheckIn`, for logs and metrics.
    pub label: String,
    pub callers: Vec<Caller>,
    /// What an API key must have been made for. None: no key may call.
    pub scope: Option<Scope>,
    /// Of a request with a file, how large that may be.
    pub max_request_bytes: usize,
    pub deadline: Duration,
    /// Whether the caller sends many messages.
    pub takes_stream: bool,
    /// The place of the request message among the compiled rules.
    pub(super) input: usize,
    /// The field of the request that is a file.
    file: Option<u32>,
}

impl Method {
    pub(super) fn read(descriptor: &MethodDescriptor, input: usize) -> Result<Self, Vec<String>> {
        let name = descriptor.full_name();
        let mut gaps = Vec::new();
        for extension in ["access", "max_request_bytes", "deadline"] {
            if option(descriptor, extension).is_none() {
                gaps.push(format!("{name} lacks the option (rollcall.v1.{extension})"));
            }
        }
        let (max_request_bytes, deadline) = limits(descriptor).unwrap_or_default();
        if max_request_bytes == 0 || deadline.is_zero() {
            gaps.push(format!("{name} allows no request, or no time for it"));
        }
        let (callers, scope, _) = access(descriptor);
        if callers.is_empty() || callers.contains(&Caller::Unspecified) {
            gaps.push(format!("{name} names no caller in (rollcall.v1.access)"));
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        Ok(Self {
            label: format!("{}/{}", descriptor.parent_service().name(), descriptor.name()),
            callers,
            scope,
            max_request_bytes,
            deadline,
            takes_stream: descriptor.is_client_streaming(),
            input,
            file: file::field(&descriptor.input()),
        })
    }

    /// The largest message that can be a request, in bytes. With a file there is room for what stands beside it, so that a file
    /// may be as large as it is said to.
    pub const fn max_message_bytes(&self) -> usize {
        match self.file {
            None => self.max_request_bytes,
            Some(_) => self.max_request_bytes + file::BESIDE_BYTES,
        }
    }

    /// Whether a message is no larger than a request may be.
    pub fn has_room_for(&self, message: &[u8]) -> bool {
        let Some(field) = self.file else { return message.len() <= self.max_request_bytes };
        let file = file::length(field, message);
        file <= self.max_request_bytes && message.len() - file <= file::BESIDE_BYTES
    }

    /// Whether a caller without a token may call.
    pub fn is_public(&self) -> bool {
        self.callers.contains(&Caller::Anyone)
    }

    pub fn allows(&self, principal: &Principal) -> bool {
        self.is_public()
            || match &principal.credential {
                Credential::Token(Token { role, .. }) => self.callers.contains(&match role {
                    Role::Student => Caller::Student,
                    Role::Teacher => Caller::Teacher,
                    Role::Admin => Caller::Admin,
                }),
                Credential::Key(scopes) => self.scope.is_some_and(|scope| scopes.contains(&scope)),
            }
    }
}

/// The largest request in bytes, or the largest file in it, and the deadline.
pub fn limits(descriptor: &MethodDescriptor) -> Option<(usize, Duration)> {
    let bytes = option(descriptor, "max_request_bytes")?.as_u32()?;
    Some((usize::try_from(bytes).ok()?, read_deadline(&option(descriptor, "deadline")?)?))
}

/// Who may call, what an API key must have been made for, and what narrows it further, in words.
pub fn access(descriptor: &MethodDescriptor) -> (Vec<Caller>, Option<Scope>, String) {
    let Some(access) = option(descriptor, "access") else { return Default::default() };
    let field = |name| access.as_message().and_then(|message| message.get_field_by_name(name));
    let scope = field("scope").and_then(|scope| Scope::try_from(scope.as_enum_number()?).ok());
    let note = field("note").as_deref().and_then(Value::as_str).unwrap_or_default().to_owned();
    (read_callers(&access), scope.filter(|scope| *scope != Scope::Unspecified), note)
}

/// What an RPC that answers with bytes may answer with.
pub fn media_types(descriptor: &MethodDescriptor) -> Vec<String> {
    let types = option(descriptor, "media_types");
    let types = types.as_ref().and_then(Value::as_list).unwrap_or_default();
    types.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn option(descriptor: &MethodDescriptor, extension: &str) -> Option<Value> {
    let extension = descriptor.parent_pool().get_extension_by_name(&format!("rollcall.v1.{extension}"))?;
    let options = descriptor.options();
    options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
}

fn read_callers(access: &Value) -> Vec<Caller> {
    let field = access.as_message().and_then(|message| message.get_field_by_name("callers"));
    let numbers = field.as_deref().and_then(Value::as_list).unwrap_or_default();
    numbers
        .iter()
        .map(|number| number.as_enum_number().and_then(|number| Caller::try_from(number).ok()).unwrap_or_default())
        .collect()
}

fn read_deadline(value: &Value) -> Option<Duration> {
    let message: &DynamicMessage = value.as_message()?;
    let seconds = message.get_field_by_name("seconds")?.as_i64()?;
    let nanos = message.get_field_by_name("nanos")?.as_i32()?;
    Some(Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?))
}
