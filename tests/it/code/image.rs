//! GetCurrentCodeImage.

use rollcall_proto::v1::{GetCurrentCodeImageRequest, get_current_code_image_request::Format};
use rollcall_tests::{Answer as _, Class, Kind, in_one_world};

in_one_world!(is_a_picture);

async fn is_a_picture(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.teacher().rest();
    let path = format!("/api/v1/qr/current/{}/image", class.college.location.id);
    for (format, query, content_type, beginning) in [
        (Format::Unspecified, "", "image/svg+xml", &b"<?xml"[..]),
        (Format::Svg, "?format=svg", "image/svg+xml", b"<?xml"),
        (Format::Png, "?format=png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ] {
        let request = GetCurrentCodeImageRequest {
            location_id: class.college.location.id.to_string(),
            session_id: Some(class.session_id().to_string()),
            format: format as i32,
        };
        let picture = class.teacher().codes().get_current_code_image(request).await.answer();
        assert_eq!(picture.content_type, content_type);
        assert!(picture.data.starts_with(beginning), "{:?}", &picture.data[..20]);
        let reply = rest.get(&format!("{path}{query}")).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, content_type));
        assert!(reply.bytes.starts_with(beginning));
    }
    // Nobody may read yesterday's code out of a cache.
    let reply = rest.get(&path).await;
    assert_eq!(reply.headers.get("cache-control").map(String::as_str), Some("no-store"));
}
