//! The contract as data: every RPC, its options and its route, read from the descriptors.

use std::sync::LazyLock;

use prost_reflect::{
    DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, ReflectMessage as _, SerializeOptions, Value,
};
use serde_json::Value as Json;

/// All descriptors, with comments and options.
///
/// # Panics
/// Never: the contract was compiled.
pub static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(rollcall_proto::DESCRIPTORS).expect("the descriptors"));

/// Every RPC of `rollcall.v1`.
pub fn methods() -> Vec<MethodDescriptor> {
    let ours = POOL.services().filter(|service| service.package_name() == "rollcall.v1");
    ours.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// An RPC by `Service.Method`.
///
/// # Panics
/// When the contract has none of that name.
pub fn method(name: &str) -> MethodDescriptor {
    methods().into_iter().find(|method| short_name(method) == name).unwrap_or_else(|| panic!("no RPC {name}"))
}

/// `Service.Method`.
pub fn short_name(method: &MethodDescriptor) -> String {
    format!("{}.{}", method.parent_service().name(), method.name())
}

/// Who may call, as the names of `Access.Caller`.
///
/// # Panics
/// When the RPC does not say.
pub fn callers(method: &MethodDescriptor) -> Vec<String> {
    let access = option(method, "rollcall.v1.access");
    let access = access.as_message().expect("a message").clone();
    let callers = access.get_field_by_name("callers").expect("callers").into_owned();
    let kind = POOL.get_enum_by_name("rollcall.v1.Access.Caller").expect("the enumeration");
    let name = |value: &Value| kind.get_value(value.as_enum_number()?).map(|value| value.name().to_owned());
    callers.as_list().expect("a list").iter().filter_map(name).collect()
}

/// What an API key must have been made for to call, as a name of `Access.Scope`.
///
/// # Panics
/// When the RPC does not say who may call.
pub fn scope(method: &MethodDescriptor) -> Option<String> {
    let access = option(method, "rollcall.v1.access");
    let number = access.as_message().expect("a message").get_field_by_name("scope")?.as_enum_number()?;
    let kind = POOL.get_enum_by_name("rollcall.v1.Access.Scope").expect("the enumeration");
    kind.get_value(number).filter(|value| value.number() != 0).map(|value| value.name().to_owned())
}

/// The largest request, in bytes.
///
/// # Panics
/// When the RPC does not say.
pub fn max_request_bytes(method: &MethodDescriptor) -> u32 {
    option(method, "rollcall.v1.max_request_bytes").as_u32().expect("a number")
}

/// Whether the RPC can be called over REST. A stream of requests cannot.
///
/// # Panics
/// Never: the contract imports the option.
pub fn has_route(method: &MethodDescriptor) -> bool {
    let extension = POOL.get_extension_by_name("google.api.http").expect("the option");
    method.options().has_extension(&extension)
}

/// HTTP method, path template, and what of the request is the body.
///
/// # Panics
/// When the RPC has no route.
pub fn route(method: &MethodDescriptor) -> (http::Method, String, String) {
    let rule = option(method, "google.api.http");
    let rule = rule.as_message().expect("a message");
    for (field, verb) in [
        ("get", http::Method::GET),
        ("put", http::Method::PUT),
        ("post", http::Method::POST),
        ("delete", http::Method::DELETE),
        ("patch", http::Method::PATCH),
    ] {
        if rule.has_field_by_name(field) {
            let path = rule.get_field_by_name(field).expect("a path").into_owned();
            let body = rule.get_field_by_name("body").expect("a body").into_owned();
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            return (verb, text(&path), text(&body));
        }
    }
    panic!("{} has no route", method.full_name())
}

/// Reads ProtoJSON.
///
/// # Panics
/// When it is not that message.
pub fn from_json(kind: &MessageDescriptor, json: &Json) -> DynamicMessage {
    DynamicMessage::deserialize(kind.clone(), json).unwrap_or_else(|cause| panic!("{}: {cause}: {json}", kind.name()))
}

/// Writes JSON as the edge promises it: the proto's own field names, zero values present, what is unset left out.
///
/// # Panics
/// Never.
pub fn to_json(message: &DynamicMessage) -> Json {
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    canonical(message.serialize_with_options(serde_json::value::Serializer, &options).expect("JSON"))
}

/// The same JSON with one spelling for each number: 50 and 50.0 are the same, and writers may choose.
pub fn canonical(json: Json) -> Json {
    match json {
        Json::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Json::from(float as i64),
            _ => Json::Number(number),
        },
        Json::Array(items) => items.into_iter().map(canonical).collect(),
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, canonical(value))).collect(),
        other => other,
    }
}

/// A generated message as the edge writes it.
///
/// # Panics
/// When it is none of the contract's.
pub fn json_of<M: prost::Message>(name: &str, message: &M) -> Json {
    let kind = POOL.get_message_by_name(name).unwrap_or_else(|| panic!("no message {name}"));
    to_json(&DynamicMessage::decode(kind, message.encode_to_vec().as_slice()).expect("the same message"))
}

/// A generated message from JSON.
///
/// # Panics
/// When it is not that message.
pub fn message_of<M: prost::Message + Default>(name: &str, json: &Json) -> M {
    let kind = POOL.get_message_by_name(name).unwrap_or_else(|| panic!("no message {name}"));
    from_json(&kind, json).transcode_to().expect("the same message")
}

fn option(method: &MethodDescriptor, name: &str) -> Value {
    let extension = POOL.get_extension_by_name(name).unwrap_or_else(|| panic!("no option {name}"));
    let options = method.options();
    assert!(options.has_extension(&extension), "{} lacks {name}", method.full_name());
    options.get_extension(&extension).into_owned()
}

/// The names of a message's fields, as JSON has them.
pub fn fields(message: &DynamicMessage) -> Vec<String> {
    message.descriptor().fields().map(|field| field.name().to_owned()).collect()
}
