//! The API's description (OpenAPI 3.1): schemas from the wire types themselves, operations in `operations`.

mod operations;
mod page;
mod reports;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub(crate) use page::page;

use crate::batches::wire::{DocumentBody, JobBody};
use crate::batches::{Accepted, StartRequest};
use crate::error::ErrorResponse;
use crate::formats::FormatsBody;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(describe);

/// `GET /openapi.json`.
pub(crate) async fn description() -> Response {
    let body = serde_json::to_vec(&*DESCRIPTION).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

fn describe() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Terjuman",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0" },
            "description": "Document translation on your own machine, in the shape of the Azure AI Translator Document \
                Translation API: batch jobs over storage, and one document at a time while you wait."
        },
        "security": [{ "key": [] }, { "token": [] }],
        "paths": operations::paths(),
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key" },
                "token": { "type": "http", "scheme": "bearer" }
            }
        }
    })
}

fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    add::<StartRequest>(&mut all);
    add::<Accepted>(&mut all);
    add::<JobBody>(&mut all);
    add::<DocumentBody>(&mut all);
    add::<FormatsBody>(&mut all);
    add::<ErrorResponse>(&mut all);
    all.insert("DocumentReport".to_owned(), reports::schema());
    for (name, item) in [("TranslationsStatus", "TranslationStatus"), ("DocumentsStatus", "DocumentStatus")] {
        let page = json!({
            "type": "object",
            "description": "One page; the link is there as long as more follows.",
            "required": ["value"],
            "properties": {
                "value": { "type": "array", "items": operations::reference(item) },
                "nextLink": { "type": "string", "format": "uri" }
            }
        });
        all.insert(name.to_owned(), page);
    }
    all
}

/// A wire type's schema, and those it refers to.
fn add<T: ToSchema>(all: &mut Map<String, Value>) {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    for (name, schema) in found {
        all.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_the_contract() {
        insta::assert_json_snapshot!(*DESCRIPTION);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = DESCRIPTION.to_string();
        let mut count = 0;
        for rest in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(DESCRIPTION["components"]["schemas"].get(name).is_some(), "{name}");
            count += 1;
        }
        assert!(count > 10);
    }
}
