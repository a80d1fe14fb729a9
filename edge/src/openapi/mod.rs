//! The HTTP API as an OpenAPI 3.1 document, from the same descriptors and bindings that serve it.
//!
//! What is said, and where it comes from: summaries and descriptions are the comments of the protos; what must be given is
//! `google.api.field_behavior` and `buf.validate`; what values may be is `buf.validate`; who may call is
//! [`Documentation::security`]. A strict edge takes exactly what the document shows, and it writes exactly what the
//! document shows: defaults are present, unset messages are not.
//!
//! A message that clients both send and receive has two schemas, since what must be given is less than what is always
//! there; that of the request is then called `…Input`. HTTP methods that OpenAPI has no place for stand under
//! `x-additional-operations`.

mod comments;
mod operation;
mod parameter;
mod path;
mod problem;
mod rules;
mod scalar;
mod schema;

use std::collections::HashMap;

use prost_reflect::DescriptorPool;
use serde_json::{Map, Value, json};

use crate::binding::{self, Binding};
use crate::fault::Fault;
use crate::options::{Documentation, Options};
use crate::plan::Plan;
use comments::Comments;
use path::Path;
use schema::Schemas;

/// What the parts of the document are made from.
struct Source<'d> {
    pool: &'d DescriptorPool,
    plan: &'d Plan,
    about: &'d Documentation,
    comments: &'d Comments,
}

/// The document that an edge with these options serves at `/openapi.json`. Needs no upstream.
pub fn openapi_document(options: &Options, about: &Documentation) -> Result<Vec<u8>, Vec<Fault>> {
    let pool = (about.descriptors)();
    let plan = Plan::new(&pool);
    let compiled = binding::compile(&pool, &plan, options)?;
    Ok(document(&pool, &plan, &compiled.bindings, about))
}

/// The document, laid out so that a change to it can be read line by line.
pub(crate) fn document(pool: &DescriptorPool, plan: &Plan, bindings: &[Binding], about: &Documentation) -> Vec<u8> {
    let comments = Comments::read(pool);
    let source = Source { pool, plan, about, comments: &comments };
    let mut schemas = Schemas::new(&source, bindings);
    let mut paths = Map::new();
    let mut names_by_shape: HashMap<String, Vec<String>> = HashMap::new();
    let mut bindings_of: HashMap<&str, usize> = HashMap::new();
    for binding in bindings {
        let mut path = Path::of(binding);
        // OpenAPI takes templates that differ only in names for one; they share the names of the first.
        let names = names_by_shape.entry(path.shape.clone()).or_insert_with(|| path.names());
        path.rename(names);
        let count = bindings_of.entry(&binding.full_name).or_default();
        let Some(method) = source.method(binding) else { continue };
        let operation = operation::operation(&source, &mut schemas, binding, &method, &path, *count);
        *count += 1;
        let item = paths.entry(path.text()).or_insert_with(|| json!({}));
        place(item, &binding.http_method, operation);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": about.title, "version": about.version, "description": about.description},
        "servers": [{"url": "/"}],
        "tags": tags(&source, bindings),
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": problem::responses(),
            "schemas": schemas.finish(),
        },
    });
    // A document of strings and numbers is always written.
    serde_json::to_vec_pretty(&document).unwrap_or_default()
}

/// The methods of a path item in OpenAPI 3.1.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

fn place(item: &mut Value, http_method: &str, operation: Value) {
    if METHODS.contains(&http_method) {
        item[http_method.to_ascii_lowercase()] = operation;
    } else {
        item["x-additional-operations"][http_method] = operation;
    }
}

/// One tag a service, in the order of the descriptors.
fn tags(source: &Source<'_>, bindings: &[Binding]) -> Vec<Value> {
    let has_rules = |name: &str| {
        let prefix = format!("{name}.");
        bindings.iter().any(|binding| binding.full_name.starts_with(&prefix))
    };
    let services = source.pool.services().filter(|service| has_rules(service.full_name()));
    services
        .map(|service| {
            let comment = source.comments.of(&service.parent_file(), service.path());
            json!({"name": service.name(), "description": comment})
        })
        .collect()
}

impl Source<'_> {
    fn method(&self, binding: &Binding) -> Option<prost_reflect::MethodDescriptor> {
        let (service, name) = binding.full_name.rsplit_once('.')?;
        self.pool.get_service_by_name(service)?.methods().find(|method| method.name() == name)
    }
}
