//! Rules and descriptors compiled into bindings: everything that a request needs to know about its route.

use std::time::Duration;

use http::Method;
use http::uri::PathAndQuery;
use prost_reflect::{DescriptorPool, MethodDescriptor, Value};

use crate::fault::Fault;
use crate::options::{MethodLimits, Options};
use crate::pages;
use crate::params::{self, Target};
use crate::plan::{Kind, MessageId, Plan, Shape};
use crate::route::{Accepts, BindingId, Router};
use crate::rule::{HttpRule, Segment, Template};

const HTTP_BODY: &str = "google.api.HttpBody";

/// One rule of one RPC.
pub(crate) struct Binding {
    pub(crate) http_method: String,
    pub(crate) template: String,
    /// The full name of the RPC, such as `library.v1.Shelves.GetShelf`.
    pub(crate) full_name: String,
    /// The path of the RPC in gRPC.
    pub(crate) path: PathAndQuery,
    pub(crate) input: MessageId,
    pub(crate) output: MessageId,
    pub(crate) server_streaming: bool,
    /// The HTTP body goes upstream in pieces.
    pub(crate) client_streaming: bool,
    pub(crate) limits: MethodLimits,
    pub(crate) variables: Vec<BoundVariable>,
    pub(crate) body: Body,
    pub(crate) answer: Answer,
    /// The field mask that a PATCH fills from the names in its body.
    pub(crate) mask: Option<usize>,
    /// The field that `Last-Event-ID` fills.
    pub(crate) resume_request: Option<usize>,
    /// The field that identifies an event of a stream.
    pub(crate) resume_response: Option<usize>,
}

/// A variable of the template.
pub(crate) struct BoundVariable {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it ends with `**` and takes all that is left.
    pub(crate) to_end: bool,
    /// Whether it may span several segments, so that an encoded slash must stay distinguishable.
    pub(crate) multi: bool,
}

/// Where the HTTP body of a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Whole,
    Field(usize),
    /// The request is a `google.api.HttpBody`: the bytes as they are.
    RawWhole,
    /// A field is a `google.api.HttpBody`.
    RawField(usize),
}

/// What becomes the HTTP body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Whole,
    Field(usize),
    /// The bytes of a `google.api.HttpBody` as they are, below the given field if there is one.
    Raw(Option<usize>),
}

/// What compilation yields.
pub(crate) struct Compiled {
    pub(crate) bindings: Vec<Binding>,
    pub(crate) router: Router,
    /// The deadline of every RPC by its gRPC path, with or without a rule.
    pub(crate) deadlines: Vec<(String, Duration)>,
}

pub(crate) fn compile(pool: &DescriptorPool, plan: &Plan, options: &Options) -> Result<Compiled, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut compiled = Compiled { bindings: Vec::new(), router: Router::default(), deadlines: Vec::new() };
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let limits = (options.limits)(&method);
        compiled.deadlines.push((grpc_path(&method), limits.deadline));
        match rule_of(pool, &method) {
            Ok(None) => {}
            Ok(Some(rule)) => {
                if !rule.additional_bindings.iter().all(|inner| inner.additional_bindings.is_empty()) {
                    faults.push(fault(&method, &rule, "additional bindings may not have further ones".to_owned()));
                }
                for rule in std::iter::once(&rule).chain(&rule.additional_bindings) {
                    let draft = Draft { plan, options, method: &method, limits, rule };
                    if let Err(what) = draft.add(&mut compiled) {
                        faults.push(fault(&method, rule, what));
                    }
                }
            }
            Err(what) => faults.push(fault(&method, &HttpRule::default(), what)),
        }
    }
    if faults.is_empty() { Ok(compiled) } else { Err(faults) }
}

fn fault(method: &MethodDescriptor, rule: &HttpRule, what: String) -> Fault {
    let rule = rule.pattern.as_ref().map(|pattern| pattern.parts());
    Fault {
        method: method.full_name().to_owned(),
        rule: rule.map_or_else(|| "(no pattern)".to_owned(), |(method, path)| format!("{method} {path}")),
        what,
    }
}

fn grpc_path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn rule_of(pool: &DescriptorPool, method: &MethodDescriptor) -> Result<Option<HttpRule>, String> {
    let Some(extension) = pool.get_extension_by_name("google.api.http") else { return Ok(None) };
    let options = method.options();
    if !options.has_extension(&extension) {
        return Ok(None);
    }
    match options.get_extension(&extension).as_ref() {
        Value::Message(rule) => {
            rule.transcode_to().map(Some).map_err(|fault| format!("the rule is unreadable: {fault}"))
        }
        _ => Err("google.api.http is not a message".to_owned()),
    }
}

/// A binding in the making.
struct Draft<'d> {
    plan: &'d Plan,
    options: &'d Options,
    method: &'d MethodDescriptor,
    limits: MethodLimits,
    rule: &'d HttpRule,
}

impl Draft<'_> {
    fn add(&self, compiled: &mut Compiled) -> Result<(), String> {
        let pattern = self.rule.pattern.as_ref().ok_or("the rule has no pattern")?;
        let (http_method, text) = pattern.parts();
        let accepts = self.accepts(http_method)?;
        let template = Template::parse(text)?;
        if self.options.documentation.is_some() && pages::clashes(&template) {
            return Err("the documentation has this path".to_owned());
        }
        let input = self.message(self.method.input().full_name())?;
        let output = self.message(self.method.output().full_name())?;
        let body = self.body(input, http_method)?;
        self.check_request_stream(body)?;
        let binding = Binding {
            http_method: http_method.to_owned(),
            template: text.to_owned(),
            full_name: self.method.full_name().to_owned(),
            path: PathAndQuery::try_from(grpc_path(self.method)).map_err(|fault| fault.to_string())?,
            input,
            output,
            server_streaming: self.method.is_server_streaming(),
            client_streaming: self.method.is_client_streaming(),
            limits: self.limits,
            variables: self.variables(&template, input, body)?,
            body,
            answer: self.answer(output)?,
            mask: self.mask(input, http_method, body),
            resume_request: self.resume(input, |resume| &resume.request_field),
            resume_response: self.resume(output, |resume| &resume.response_field),
        };
        let id: BindingId = compiled.bindings.len();
        compiled.router.insert(&template, accepts, id).map_err(|other| {
            let other = &compiled.bindings[other];
            format!("the same paths as {} {} of {}", other.http_method, other.template, other.full_name)
        })?;
        compiled.bindings.push(binding);
        Ok(())
    }

    fn accepts(&self, http_method: &str) -> Result<Accepts, String> {
        if http_method == "*" {
            return Ok(Accepts::Any);
        }
        let method = Method::from_bytes(http_method.as_bytes()).map_err(|_| format!("{http_method:?} is no method"))?;
        // A method that is declared idempotent has effects that may happen twice. HEAD promises to have none.
        let has_effects = self.method.method_descriptor_proto().options.as_ref().is_some_and(|options| {
            options.idempotency_level() == prost_types::method_options::IdempotencyLevel::Idempotent
        });
        Ok(if method == Method::GET && has_effects { Accepts::GetOnly } else { Accepts::Method(method) })
    }

    fn message(&self, name: &str) -> Result<MessageId, String> {
        self.plan.message_id(name).ok_or_else(|| format!("{name} is not in the descriptors"))
    }

    fn place(&self, id: MessageId, what: &str, name: &str) -> Result<usize, String> {
        let message = &self.plan.messages[id];
        message
            .place_of_name(name)
            .ok_or_else(|| format!("{what} names {name:?}, which {} does not have", message.name))
    }

    fn is_http_body(&self, id: MessageId, place: usize) -> bool {
        let field = &self.plan.messages[id].fields[place];
        match (field.kind, field.shape) {
            (Kind::Message(inner), Shape::Single { .. }) => *self.plan.messages[inner].name == *HTTP_BODY,
            _ => false,
        }
    }

    fn body(&self, input: MessageId, http_method: &str) -> Result<Body, String> {
        if !self.rule.body.is_empty() && matches!(http_method, "GET" | "HEAD") {
            return Err(format!("{http_method} has no body"));
        }
        match self.rule.body.as_str() {
            "" => Ok(Body::None),
            "*" if *self.plan.messages[input].name == *HTTP_BODY => Ok(Body::RawWhole),
            "*" => Ok(Body::Whole),
            name => {
                let place = self.place(input, "body", name)?;
                Ok(if self.is_http_body(input, place) { Body::RawField(place) } else { Body::Field(place) })
            }
        }
    }

    /// A request over HTTP is one body, so bytes are all that it can be a stream of.
    fn check_request_stream(&self, body: Body) -> Result<(), String> {
        let what = match (self.method.is_client_streaming(), body) {
            (true, _) if self.method.is_server_streaming() => "streams in both directions have no form in HTTP",
            (true, Body::None | Body::Whole | Body::Field(_)) => {
                "a stream of requests has no form in HTTP, unless the rule's body is a google.api.HttpBody"
            }
            _ => return Ok(()),
        };
        Err(what.to_owned())
    }

    fn answer(&self, output: MessageId) -> Result<Answer, String> {
        match self.rule.response_body.as_str() {
            "" if *self.plan.messages[output].name == *HTTP_BODY => Ok(Answer::Raw(None)),
            "" => Ok(Answer::Whole),
            name => {
                let place = self.place(output, "response_body", name)?;
                Ok(if self.is_http_body(output, place) { Answer::Raw(Some(place)) } else { Answer::Field(place) })
            }
        }
    }

    fn variables(&self, template: &Template, input: MessageId, body: Body) -> Result<Vec<BoundVariable>, String> {
        let variables = template.variables.iter().map(|variable| {
            let name = variable.field_path.join(".");
            let target = params::resolve(self.plan, input, variable.field_path.iter().map(String::as_str))
                .map_err(|what| format!("variable {name:?}: {what}"))?;
            let (id, place) = target.last().copied().ok_or("a variable without a field")?;
            let field = &self.plan.messages[id].fields[place];
            if !matches!(field.shape, Shape::Single { .. }) {
                return Err(format!("variable {name:?} is a list or a map"));
            }
            if !params::is_text(self.plan, field) {
                return Err(format!("variable {name:?} is a message without a textual form"));
            }
            if let (Body::Field(body) | Body::RawField(body), [(_, only)]) = (body, target.as_slice())
                && body == *only
            {
                return Err(format!("{name:?} is both a variable and the body"));
            }
            let segments = &template.segments[variable.start..variable.end];
            let to_end = segments.last() == Some(&Segment::Rest);
            Ok(BoundVariable {
                name,
                target,
                start: variable.start,
                end: variable.end,
                to_end,
                multi: to_end || segments.len() > 1,
            })
        });
        variables.collect()
    }

    /// The rule that other gateways follow too: PATCH, a body that is a field, and `update_mask` beside it (or whatever
    /// the only field mask is called).
    fn mask(&self, input: MessageId, http_method: &str, body: Body) -> Option<usize> {
        let Body::Field(body) = body else { return None };
        let message = &self.plan.messages[input];
        if http_method != "PATCH" || !matches!(message.fields[body].kind, Kind::Message(_)) {
            return None;
        }
        let mask = self.plan.message_id("google.protobuf.FieldMask")?;
        let is_mask = |place: &usize| {
            let field = &message.fields[*place];
            field.kind == Kind::Message(mask) && matches!(field.shape, Shape::Single { .. })
        };
        let mut masks = (0..message.fields.len()).filter(is_mask);
        let only = masks.next().filter(|_| masks.next().is_none());
        message.place_of_name("update_mask").filter(is_mask).or(only)
    }

    fn resume(&self, id: MessageId, name: impl Fn(&crate::options::Resume) -> &str) -> Option<usize> {
        let name = name(self.options.resume.as_ref().filter(|_| self.method.is_server_streaming())?);
        let message = &self.plan.messages[id];
        let place = message.place_of_name(name)?;
        let field = &message.fields[place];
        let textual = matches!(field.shape, Shape::Single { .. }) && !matches!(field.kind, Kind::Message(_));
        textual.then_some(place)
    }
}
