//! gRPC as it is and grpc-web as browsers send it, both handed to the upstream with all their headers.

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body_util::BodyExt as _;
use tonic::Code;
use tonic_web::GrpcWebLayer;
use tower::{BoxError, Layer as _, Service as _, ServiceExt as _};

use crate::address::PeerAddr;
use crate::edge::{Body, Core};
use crate::status::{Problem, reason};
use crate::{headers, origin, request, web_text};

const BINARY: &str = "application/grpc-web+proto";
const TEXT: &str = "application/grpc-web-text";

/// A protocol that is told by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    /// With the one spelling of the content type that the grpc-web layer knows, for the answer.
    Web(&'static str),
}

impl Protocol {
    pub(crate) fn of(headers: &HeaderMap) -> Option<Protocol> {
        // Browsers and proxies add parameters such as a charset; the type alone decides.
        match headers::media_type(headers)?.as_str() {
            "application/grpc" | "application/grpc+proto" => Some(Protocol::Grpc),
            "application/grpc-web" => Some(Protocol::Web("application/grpc-web")),
            "application/grpc-web+proto" => Some(Protocol::Web("application/grpc-web+proto")),
            "application/grpc-web-text" => Some(Protocol::Web("application/grpc-web-text")),
            "application/grpc-web-text+proto" => Some(Protocol::Web("application/grpc-web-text+proto")),
            _ => None,
        }
    }
}

pub(crate) async fn serve(
    core: &Core,
    protocol: Protocol,
    mut request: Request<Body>,
) -> Result<Response<Body>, Box<Problem>> {
    if request.method() != Method::POST {
        let detail = "gRPC calls are made with POST";
        let problem =
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, reason::METHOD_NOT_ALLOWED, detail);
        return Err(problem.header(header::ALLOW, HeaderValue::from_static("POST, OPTIONS")));
    }
    if protocol == Protocol::Grpc && request.version() != Version::HTTP_2 {
        let detail = "gRPC needs HTTP/2; use grpc-web over HTTP/1.1";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::InvalidArgument,
            reason::UNSUPPORTED_MEDIA_TYPE,
            detail,
        ));
    }
    // gRPC compresses messages and not bodies, so a service would take such a body for frames.
    request::check_plain(request.headers())?;
    prepare(core, &mut request);
    if let Protocol::Web(media) = protocol {
        answer_in_kind(request.headers_mut(), media);
        if media.starts_with(TEXT) {
            request = request.map(web_text::decoded);
        }
    }
    let mut request = request.map(tonic::body::Body::new);
    let mut upstream = core.caller.upstream.clone();
    let answer = match protocol {
        Protocol::Grpc => upstream.call(request).await,
        Protocol::Web(_) => {
            // Whatever it came as, from here on it is binary.
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(BINARY));
            GrpcWebLayer::new().layer(upstream).oneshot(request).await
        }
    };
    let mut response = match answer {
        Ok(response) => response,
        Err(never) => match never {},
    };
    headers::remove_hop_by_hop(response.headers_mut());
    Ok(response.map(|body: tonic::body::Body| body.map_err(BoxError::from).boxed_unsync()))
}

/// The layer answers by `Accept`. A client that asks in text and accepts anything means text.
fn answer_in_kind(headers: &mut HeaderMap, media: &'static str) {
    let named = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("application/grpc-web"));
    if !named {
        headers.insert(header::ACCEPT, HeaderValue::from_static(media));
    }
}

/// Takes out what belongs to the connection and adds what the edge knows about it.
fn prepare(core: &Core, request: &mut Request<Body>) {
    let mut told = HeaderMap::new();
    let client = headers::add_origin(request, &core.options, &mut told);
    let peer = request.extensions().get::<PeerAddr>().copied();
    *request.extensions_mut() = headers::upstream_extensions(peer, client);
    *request.version_mut() = Version::HTTP_2;
    let own_token = request.headers().contains_key(header::AUTHORIZATION);
    let from_cookie = origin::token_of_cookie(request.headers(), request.uri(), &core.options).filter(|_| !own_token);
    if let Some(value) = from_cookie.and_then(headers::bearer) {
        told.insert(header::AUTHORIZATION, value);
    }
    let own_id = headers::request_id(request.headers()).is_some();
    let map = request.headers_mut();
    headers::remove_hop_by_hop(map);
    map.remove(header::HOST);
    if !own_id {
        map.remove("x-request-id");
    }
    for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] {
        map.remove(name);
    }
    map.extend(told);
}
