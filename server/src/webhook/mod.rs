//! Webhooks: other systems that are told what happens in a college, by signed requests (Standard Webhooks 1.0).
//!
//! Promises: a message whose transaction is committed is sent until it is taken or given up, whatever ends in between, and
//! bears the same id each time; who receives it can tell that it is ours; a secret is told once and stands in no table; a
//! request goes to an address that was checked when the connection was made, and follows no redirect. Never: a request into a
//! network that is not public, unless the operator has named it, or one that holds up those to other systems for long.

mod address;
mod background;
mod convert;
mod create_webhook;
mod delete_webhook;
mod deliver;
mod enqueue;
mod get_webhook;
mod kinds;
mod list_webhook_deliveries;
mod list_webhooks;
mod post;
mod redeliver_webhook;
mod rotate_webhook_secret;
mod rules;
mod secret;
mod service;
mod store;
mod update_webhook;

pub use enqueue::{Message, enqueue};
pub use kinds::{kind_to_proto, kinds_from_proto};
pub use service::Service;

const RESOURCE: &str = "webhook";
const DELIVERY: &str = "webhook_delivery";
