//! gRPC services for everyone who does not speak gRPC.
//!
//! An [`Edge`] reads the descriptors of services, with their `google.api.http` rules, and serves them as JSON over HTTP,
//! as server-sent events, lines of JSON and WebSockets, and as grpc-web. It compiles the descriptors once, at start, into
//! a plan, and then turns JSON into protobuf bytes and back with no message in between. No code is generated, and an
//! upstream in the same process and one across the network are served by the same code.
//!
//! What this crate does not know: any service, any message, any field of those who use it; who may call what; where
//! data is kept. What it has to be told about them is in [`Options`].
//!
//! ```text
//! listen ─▶ edge ─┬▶ grpc_web ────────────────────────────┐
//!                 ├▶ ws ─┐                                ├▶ guard ─▶ upstream
//!                 └▶ rest┴▶ request (params, json) ─▶ call┘
//!                           answer  (json, stream, status, compress)
//! ```
//!
//! `rule` and `binding` compile rules, `route` finds them, `plan` holds the messages, `wire` the protobuf encoding.
//! `openapi` describes all that in a document, and `pages` serves it, with the pages that show it (the feature `pages`).
//!
//! What a service can say beyond its rules:
//!
//! * metadata `x-http-code` chooses the HTTP status of a success, and names in [`Options::response_headers`] become
//!   headers; `google.rpc` details of an error become members of the problem, `RetryInfo` the `Retry-After` header;
//! * a GET whose RPC declares `idempotency_level = IDEMPOTENT` has effects, so there is no HEAD beside it;
//! * `google.api.HttpBody`, as a message or as the field that a rule names, is bytes as they are; a stream of them is one
//!   body, in an answer and in a request, that is passed on as it comes;
//! * metadata `cache-control: no-store`, and `set-cookie`, mark an answer as a secret that is not compressed.
//!
//! A path that a rule spells out in literals, or that ends with a rule's verb, answers 405 to methods that it does not
//! have, even where a wildcard beside it would take them.
//!
//! JSON follows the ProtoJSON specification with three choices: fields are written with their proto names (and taken
//! with either name), defaults are written while unset messages and `optional`s are left out, and input may be
//! [strict](JsonInput::Strict). Not supported: extension fields in JSON, requests that are streams of anything but bytes, rules
//! from a service configuration file.

#![warn(missing_docs)]

mod address;
mod binding;
mod budget;
mod call;
mod compress;
mod connection;
mod edge;
mod fault;
mod grpc_web;
mod guard;
mod headers;
mod json;
pub mod listen;
mod openapi;
mod options;
mod origin;
mod pages;
mod params;
mod plan;
mod request;
mod rest;
mod route;
mod rule;
mod status;
mod stream;
mod upload;
mod upstream;
mod web_text;
mod wire;
mod ws;

pub use address::{ClientAddr, PeerAddr, client_address};
pub use edge::{Body, Edge, Route};
pub use fault::Fault;
pub use headers::{grpc_timeout, request_id};
pub use json::JsonInput;
pub use openapi::openapi_document;
pub use options::{Documentation, MethodLimits, Options, PerMethod, Resume, Security};
pub use status::code_name;
pub use upstream::{AddressError, Upstream, connect, in_process};

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
