//! What is tried on one object: each field that may not be written, in each spelling, by each way in.

use http::Method;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use rollcall_tests::{
    Refusal,
    actor::Actor,
    call::{self, Spread},
    contract,
};
use serde_json::{Value, json};

use super::{UNKNOWN, scene::Scene, spellings, update::Update};

/// What is tried on one object.
pub(super) struct Attempts {
    resource: String,
    pub(super) path: String,
    /// Paths of the mask, and the resource.
    pub(super) grpc: Vec<(Option<Vec<String>>, Value)>,
    /// Method, query and body.
    pub(super) rest: Vec<(Method, String, Value)>,
}

impl Attempts {
    pub(super) async fn of(scene: &Scene, update: &Update, method: &MethodDescriptor) -> Self {
        let (resource, message) = resource(method);
        let id = scene.object(update.table);
        let Spread { path, .. } = call::spread(method, &json!({&resource: {"id": &id}}));
        let current = scene.world.actor(&scene.college.admin).rest().get(&path).await.answer();
        assert_eq!(current["id"], id, "{}", update.method);
        let (text, mallory) = (update.writable[0], update.value("Mallory"));
        let with = |field: &str, value: &Value| {
            let mut whole = current.clone();
            (whole[text], whole[field]) = (mallory.clone(), value.clone());
            whole
        };
        let (mut grpc, mut replacements, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let mut mask = |paths: &[&str], message: &Value| {
            grpc.push((Some(paths.iter().map(|path| (*path).to_owned()).collect()), message.clone()));
        };
        let plain = with(text, &mallory);
        for field in message.fields() {
            let name = field.name();
            let (inner, outer) = (format!("{name}.id"), format!("{resource}.{name}"));
            for path in [&inner, &outer] {
                mask(&[path], &plain);
                mask(&[text, path], &plain);
            }
            for spelling in spellings(name).iter().skip(1) {
                // gRPC has one spelling, and an allow-list knows no other.
                mask(&[spelling], &plain);
                mask(&[text, spelling], &plain);
            }
            if update.writable.contains(&name) {
                continue;
            }
            let another = scene.another(&field);
            // Where the path names the object, another id would only name another one.
            let is_path = name == "id" && path.ends_with(&id);
            let message = if is_path { plain.clone() } else { with(name, &another) };
            mask(&[name], &message);
            mask(&[text, name], &message);
            if !is_path {
                // Without a mask everything is replaced that may be, and what may not must be as it was.
                replacements.push((None, message.clone()));
            }
            for spelling in spellings(name) {
                let mut whole = current.clone();
                whole[text] = mallory.clone();
                whole.as_object_mut().expect("an object").remove(name);
                whole[&spelling] = another.clone();
                if !is_path {
                    rest.push((Method::PUT, String::new(), whole));
                    rest.push((Method::PATCH, String::new(), json!({&spelling: another})));
                    rest.push((Method::PATCH, String::new(), json!({text: mallory, &spelling: another})));
                }
                for query in ["update_mask", "updateMask"] {
                    let body = json!({text: mallory});
                    rest.push((Method::PATCH, format!("?{query}={spelling}"), body.clone()));
                    rest.push((Method::PATCH, format!("?{query}={text},{spelling}"), body));
                }
            }
        }
        for path in ["*", "", " ", "**", &resource, &text.to_uppercase(), &format!("{text} "), &format!("{text}.")] {
            mask(&[path], &plain);
            mask(&[text, path], &plain);
        }
        for name in UNKNOWN.into_iter().filter(|name| message.get_field_by_name(name).is_none()) {
            mask(&[name], &plain);
            mask(&[text, name], &plain);
            for spelling in spellings(name) {
                let body = json!({text: mallory, &spelling: "x"});
                rest.push((Method::PATCH, String::new(), body.clone()));
                rest.push((Method::PATCH, format!("?update_mask={text},{spelling}"), json!({text: mallory})));
                let mut whole = plain.clone();
                whole[&spelling] = json!("x");
                rest.push((Method::PUT, String::new(), whole));
            }
        }
        rest.push((Method::PATCH, "?update_mask=*".to_owned(), json!({text: mallory})));
        grpc.push((Some(Vec::new()), plain));
        grpc.append(&mut replacements);
        Self { resource, path, grpc, rest }
    }

    pub(super) async fn by_grpc(
        &self,
        caller: &Actor,
        method: &MethodDescriptor,
        mask: Option<&[String]>,
        message: &Value,
    ) -> Result<(), Refusal> {
        let mut request = contract::from_json(&method.input(), &json!({&self.resource: message}));
        if let Some(paths) = mask {
            let kind = method.input().get_field_by_name("update_mask").expect("a mask").kind();
            let mut mask = DynamicMessage::new(kind.as_message().expect("a message").clone());
            let paths = paths.iter().map(|path| prost_reflect::Value::String(path.clone())).collect();
            mask.set_field_by_name("paths", prost_reflect::Value::List(paths));
            request.set_field_by_name("update_mask", prost_reflect::Value::Message(mask));
        }
        let answer = call::raw(caller, &call::path(method), request.encode_to_vec()).await;
        answer.map(|_| ()).map_err(|status| Refusal::from(&status))
    }
}

/// The field of an update's request that is the resource.
fn resource(method: &MethodDescriptor) -> (String, MessageDescriptor) {
    let field = method.input().fields().find(|field| field.name() != "update_mask").expect("a resource");
    (field.name().to_owned(), field.kind().as_message().expect("a message").clone())
}
