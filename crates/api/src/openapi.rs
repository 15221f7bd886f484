//! The OpenAPI document: what the routes say of themselves, completed with what is the same for all.
//!
//! Each route states its own path, body and success. What follows from the method and the path (who
//! may ask, which problems can come back, the Idempotency-Key of a POST) is added here once, so that
//! no status that a route can answer is missing.

mod answers;
mod examples;
mod finish;
mod requests;
mod tags;

use http::StatusCode;
use utoipa::PartialSchema;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, ObjectBuilder, OpenApi,
    OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, SecurityRequirement, Type,
};

use claimwire_http::problem::ProblemBody;

pub use finish::finish;

/// The ways to give a key.
const SCHEMES: [&str; 3] = ["bearer", "apiKey", "basic"];

/// Statuses of problems, and what each means.
const PROBLEMS: [(&str, &str); 11] = [
    ("400", "The request cannot be read."),
    ("401", "The key is missing, not known, or in the URL."),
    ("403", "The key may not do this."),
    (
        "404",
        "What the path names is not there, or is another shop's.",
    ),
    ("408", "The body came too slowly."),
    (
        "409",
        "It cannot be done beside what is there, or the Idempotency-Key was used with another request.",
    ),
    ("413", "The body is too large."),
    (
        "415",
        "The body is of a type that this route does not take.",
    ),
    (
        "422",
        "Some fields or parameters cannot be as they are; `errors` names them.",
    ),
    ("500", "The server failed."),
    ("503", "The store cannot commit now; nothing was written."),
];

/// The document before the routes.
pub fn frame() -> OpenApi {
    let mut components = ComponentsBuilder::new()
        .schema("Problem", ProblemBody::schema())
        .security_scheme("bearer", http_scheme(HttpAuthScheme::Bearer, "The key."))
        .security_scheme(
            "basic",
            http_scheme(
                HttpAuthScheme::Basic,
                "The key's name as user, the key as password.",
            ),
        )
        .security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "X-API-Key",
                "The key.",
            ))),
        );
    for (status, description) in PROBLEMS {
        let problem = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", problem)
            .build();
        components = components.response(component(status), response);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Claimwire")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(include_str!("openapi/guide.md")))
                .build(),
        )
        .tags(Some(tags::tags()))
        .components(Some(components.build()))
        .security(Some(SCHEMES.map(|scheme| {
            SecurityRequirement::new(scheme, Vec::<String>::new())
        })))
        .build()
}

fn http_scheme(scheme: HttpAuthScheme, description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(scheme);
    SecurityScheme::Http(scheme.description(Some(description)).build())
}

/// The document with the routes, made complete.
pub fn complete(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            named(operation);
            optional_body(operation);
            // Who knows a hook's path may call it.
            let of_api = path.starts_with("/v1/");
            let needs_key = of_api && !path.starts_with("/v1/hooks/");
            if of_api {
                of_every_route(path, &method, operation);
            }
            if !needs_key {
                operation.security = Some(Vec::new());
            }
            examples::show(path, &method, needs_key, operation);
        }
    }
    document
}

/// The operations of one path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// An id that is unique, made from the tag and the function's name, and a word for each success.
fn named(operation: &mut Operation) {
    let tag = operation
        .tags
        .iter()
        .flatten()
        .next()
        .map(|tag| tag.replace('-', "_"));
    if let (Some(tag), Some(function)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{function}"));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let known = status
                .parse()
                .ok()
                .and_then(|status| StatusCode::from_u16(status).ok());
            response.description = known
                .and_then(|known| known.canonical_reason())
                .unwrap_or("Done")
                .to_owned()
                + ".";
        }
    }
}

/// A body that may be left out is told of by the routes as a type or null; that is no JSON `null`.
fn optional_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(either))) = &mut content.schema
            && either.items.len() == 2
            && let Some(at) = either
                .items
                .iter()
                .position(|item| matches!(item, RefOr::Ref(_)))
            && body.required != Some(Required::True)
        {
            content.schema = Some(either.items.swap_remove(at));
        }
    }
}

/// What every route of the API has.
fn of_every_route(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let post = *method == HttpMethod::Post;
    let mut statuses = vec!["401", "403", "422", "500", "503"];
    if post || operation.request_body.is_some() {
        statuses.extend(["400", "408", "409", "413", "415"]);
    }
    if path.contains('{') {
        statuses.push("404");
    }
    for status in statuses {
        let known = RefOr::Ref(Ref::from_response_name(component(status)));
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert(known);
    }
    let parameters = operation.parameters.get_or_insert_default();
    for name in path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        let there = parameters
            .iter()
            .any(|known| matches!(known, RefOr::T(p) if p.name == name));
        if !there {
            parameters.push(RefOr::T(path_parameter(name)));
        }
    }
    if post {
        parameters.push(RefOr::T(idempotency_key()));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
}

fn path_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[ -~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Makes the request safe to repeat for 24 hours: the first answer is given again.",
        ))
        .schema(Some(text))
        .build()
}

fn component(status: &str) -> String {
    format!("Problem{status}")
}
