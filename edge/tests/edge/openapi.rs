//! What the OpenAPI document says of a contract that has everything in it.

use std::sync::{Arc, LazyLock};

use rollcall_edge::{Documentation, Security, openapi_document};
use serde_json::{Value, json};

use crate::support::{options, pool};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let about = Documentation {
        title: "Library".to_owned(),
        version: "1.2.3".to_owned(),
        description: "Books.".to_owned(),
        descriptors: Arc::new(|| pool("books.proto", None)),
        security: Arc::new(|method| match method.name() {
            "GetBook" => Security::Anyone,
            "ListBooks" => Security::Bearer { roles: Vec::new(), note: String::new() },
            _ => Security::Bearer {
                roles: vec!["reader".to_owned(), "keeper".to_owned()],
                note: "her own shelf".to_owned(),
            },
        }),
        media_types: Arc::new(|_| vec!["image/png".to_owned()]),
    };
    let document = openapi_document(&options(), &about).unwrap();
    serde_json::from_slice(&document).unwrap()
});

fn operation(path: &str, method: &str) -> &'static Value {
    let operation = &DOCUMENT["paths"][path][method];
    assert!(operation.is_object(), "{path} {method}: {:#}", DOCUMENT["paths"]);
    operation
}

fn parameter(operation: &'static Value, name: &str) -> &'static Value {
    let parameters = operation["parameters"].as_array().unwrap();
    let found = parameters.iter().find(|parameter| parameter["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {parameters:#?}"))
}

fn names(operation: &Value) -> Vec<&str> {
    operation["parameters"].as_array().unwrap().iter().map(|parameter| parameter["name"].as_str().unwrap()).collect()
}

fn schema(name: &str) -> &'static Value {
    let schema = &DOCUMENT["components"]["schemas"][name];
    assert!(schema.is_object(), "{name}: {:#}", DOCUMENT["components"]["schemas"]);
    schema
}

#[test]
fn it_tells_what_it_is_about() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    assert_eq!(DOCUMENT["info"], json!({"title": "Library", "version": "1.2.3", "description": "Books."}));
    assert_eq!(DOCUMENT["tags"], json!([{"name": "Library", "description": "Books and where\nthey stand."}]));
}

#[test]
fn operations_speak_with_the_comments() {
    let get = operation("/v1/books/{id}", "get");
    assert_eq!(get["summary"], "Gives a book");
    let description = get["description"].as_str().unwrap();
    assert_eq!(description, "The one that\nis asked for.\n\nRefusals: none.\n\nMay be called by anyone.");
    assert_eq!(get["operationId"], "Library_GetBook");
    assert_eq!(operation("/v1/shelves/{name}/books/{name_1}", "get")["operationId"], "Library_GetBook_1");
    assert_eq!(operation("/v1/books/{id}", "patch")["deprecated"], true);
}

#[test]
fn security_is_what_the_edge_was_told() {
    assert_eq!(operation("/v1/books/{id}", "get")["security"], json!([]));
    assert_eq!(operation("/v1/books", "get")["security"], json!([{"bearer": []}]));
    let lend = operation("/v1/books/{book_id}:lend", "post");
    assert_eq!(lend["security"], json!([{"bearer": ["reader"]}, {"bearer": ["keeper"]}]));
    assert!(lend["description"].as_str().unwrap().contains("`reader`, `keeper` (her own shelf)"));
    assert!(lend["responses"]["401"].is_object());
    assert!(operation("/v1/books/{id}", "get")["responses"]["401"].is_null());
}

#[test]
fn templates_become_paths() {
    let get = operation("/v1/shelves/{name}/books/{name_1}", "get");
    let part = json!({"name": "name_1", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}});
    assert_eq!(*parameter(get, "name_1"), part);
    // `{book.id}` and `{book_id}` have the place of `{id}`, so they share its name: to OpenAPI it is one path.
    assert_eq!(names(operation("/v1/books/{id}", "patch")), ["id", "update_mask"]);
    let burn = &DOCUMENT["paths"]["/v1/books/{id}"]["x-additional-operations"]["BURN"];
    assert_eq!(burn["operationId"], "Library_BurnBook");
    let file = parameter(operation("/v1/files/{path}", "get"), "path");
    assert_eq!((&file["x-multi-segment"], &file["schema"]), (&json!(true), &json!({"type": "string"})));
}

#[test]
fn queries_hold_what_neither_path_nor_body_has() {
    let get = operation("/v1/books/{id}", "get");
    assert_eq!(names(get), ["id", "name", "detail.pages"]);
    assert_eq!(parameter(get, "id")["schema"]["format"], "uuid");
    let pages = json!({"type": "integer", "format": "int32", "minimum": 1, "exclusiveMaximum": 10});
    assert_eq!(parameter(get, "detail.pages")["schema"], pages);
    let list = operation("/v1/books", "get");
    assert_eq!(names(list), ["scripts", "labels", "above", "resume_after"]);
    assert_eq!(parameter(list, "scripts")["schema"]["items"]["$ref"], "#/components/schemas/Book.Script");
    assert_eq!(parameter(list, "labels")["style"], "deepObject");
    assert_eq!(parameter(list, "above")["schema"]["type"], "integer");
    assert!(operation("/v1/books/{book_id}:lend", "post")["parameters"].as_array().unwrap().len() == 1);
}

#[test]
fn bodies_leave_out_what_the_path_has() {
    let lend = &operation("/v1/books/{book_id}:lend", "post")["requestBody"];
    let lend_schema = &lend["content"]["application/json"]["schema"];
    assert_eq!(lend_schema["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["reader"]);
    assert_eq!((&lend["required"], &lend_schema["additionalProperties"]), (&json!(false), &json!(false)));
    let update = &operation("/v1/books/{id}", "patch")["requestBody"]["content"]["application/json"]["schema"];
    assert!(update["properties"]["id"].is_null() && update["properties"]["title"].is_object());
    let file = &operation("/v1/file", "put")["requestBody"]["content"]["*/*"]["schema"];
    assert_eq!(*file, json!({"type": "string", "format": "binary"}));
}

#[test]
fn a_message_that_goes_both_ways_has_two_schemas() {
    let (input, answer) = (schema("BookInput"), schema("Book"));
    assert_eq!(input["required"], json!(["title", "script"]));
    assert_eq!(
        answer["required"],
        json!(["id", "title", "copies", "script", "weight", "price", "parts", "readers", "cover"])
    );
    assert_eq!((&input["additionalProperties"], &answer["additionalProperties"]), (&json!(false), &Value::Null));
    assert_eq!(input["properties"]["parts"]["items"]["$ref"], "#/components/schemas/BookInput");
    assert_eq!(answer["properties"]["parts"]["items"]["$ref"], "#/components/schemas/Book");
    assert_eq!(input["properties"]["created_at"]["readOnly"], true);
    assert_eq!(answer["properties"]["stock"]["deprecated"], true);
    let one_place = json!([{"oneOf": [
        {"not": {"anyOf": [{"required": ["shelf"]}, {"required": ["box"]}]}},
        {"required": ["shelf"]},
        {"required": ["box"]},
    ]}]);
    assert_eq!(input["allOf"], one_place);
}

#[test]
fn rules_become_keywords() {
    let input = &schema("BookInput")["properties"];
    for (field, wanted) in [
        ("id", json!({"type": "string", "format": "uuid", "description": "The id."})),
        (
            "title",
            json!({
                "type": "string", "examples": ["Emma"], "maxLength": 200, "pattern": "^[^;]*$", "minLength": 1,
                "description": "The title.",
            }),
        ),
        ("price", json!({"type": "number", "format": "double", "description": "What it costs."})),
        (
            "weight",
            json!({
                "anyOf": [
                    {"type": "number", "format": "double", "exclusiveMinimum": 0},
                    {"type": "string", "enum": ["Infinity"]},
                ],
                "description": "What it weighs, in grams.",
            }),
        ),
        (
            "readers",
            json!({
                "type": "object", "description": "Counts by reader.",
                "additionalProperties": {"type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX},
                "propertyNames": {"pattern": "^-?(0|[1-9][0-9]*)$"},
            }),
        ),
        (
            "stars",
            json!({
                "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX,
                "description": "Stars.",
            }),
        ),
        (
            "script",
            json!({
                "type": "string", "enum": ["LATIN"], "examples": ["LATIN"],
                "description": "The script.\n\nWhat it is written in.\n\n- `LATIN`: Letters.",
            }),
        ),
    ] {
        assert_eq!(input[field], wanted, "{field}");
    }
    assert_eq!(input["parts"]["maxItems"], 9);
    assert_eq!(input["cover"]["maxLength"], 8);
    assert_eq!((&input["copies"]["type"], &input["copies"]["minimum"]), (&json!(["string", "integer"]), &json!(0)));
    assert_eq!(schema("Book")["properties"]["copies"]["type"], "string");
    let script = schema("Book.Script");
    assert_eq!(script["enum"], json!(["SCRIPT_UNSPECIFIED", "LATIN"]));
    let wanted = "What it is written in.\n\n- `SCRIPT_UNSPECIFIED`: Not known.\n- `LATIN`: Letters.";
    assert_eq!(script["description"], wanted);
}

#[test]
fn answers_have_the_types_that_are_sent() {
    let types = |operation: &Value| -> Vec<String> {
        operation["responses"]["200"]["content"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(types(operation("/v1/books/{id}", "get")), ["application/json"]);
    assert_eq!(types(operation("/v1/files/{path}", "get")), ["image/png"]);
    let watch = operation("/v1/books:watch", "get");
    assert_eq!(types(watch), ["application/x-ndjson", "text/event-stream", "application/json"]);
    assert_eq!(watch["responses"]["200"]["content"]["application/json"]["schema"]["type"], "array");
    assert_eq!(parameter(watch, "Last-Event-ID")["in"], "header");
    let refused = &DOCUMENT["components"]["responses"]["Refused"]["content"];
    assert_eq!(refused["application/problem+json"]["schema"]["$ref"], "#/components/schemas/Problem");
    assert_eq!(operation("/v1/books", "get")["responses"]["default"]["$ref"], "#/components/responses/Refused");
}

/// Every reference leads somewhere, and every schema is referred to.
#[test]
fn references_are_whole() {
    let text = DOCUMENT.to_string();
    let targets: Vec<&str> = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(targets.len() > 10);
    for target in &targets {
        assert!(DOCUMENT.pointer(target).is_some(), "{target}");
    }
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        let path = format!("/components/schemas/{name}");
        assert!(targets.contains(&path.as_str()), "{name} is not used");
    }
}
