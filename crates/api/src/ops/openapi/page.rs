//! The description as a page to read: no script, no foreign resource.

use axum::response::Response;
use serde_json::Value;

use super::DESCRIPTION;
use crate::ops::html::{escape, page as html_page};

/// `GET /openapi`.
pub(crate) async fn page() -> Response {
    html_page("Terjuman: the API", &body(&DESCRIPTION))
}

fn body(description: &Value) -> String {
    let mut out = String::from("<h1>Terjuman: the API</h1>");
    out.push_str(&format!("<p>{}</p>", text(&description["info"]["description"])));
    out.push_str(
        "<p>Every call but the public ones needs the header <code>Ocp-Apim-Subscription-Key</code>. \
        For programs: <a href=\"/openapi.json\">openapi.json</a>.</p>",
    );
    for (path, methods) in members(&description["paths"]) {
        for (method, operation) in members(methods) {
            out.push_str(&format!("<h2><code>{} {}</code></h2>", method.to_uppercase(), escape(path)));
            let key = if operation.get("security").is_some() { " <small>public</small>" } else { "" };
            out.push_str(&format!("<p>{}.{key}</p>", text(&operation["summary"])));
            out.push_str(&parameters(operation));
            out.push_str(&answers(operation));
        }
    }
    out.push_str("<h1>Bodies</h1>");
    for (name, schema) in members(&description["components"]["schemas"]) {
        out.push_str(&format!(
            "<h2 id=\"{0}\"><code>{0}</code></h2><p>{1}</p>",
            escape(name),
            text(&schema["description"])
        ));
        out.push_str("<table>");
        let required = schema["required"].as_array();
        for (member, schema) in members(&schema["properties"]) {
            let required = required.is_some_and(|names| names.iter().any(|name| name == member));
            out.push_str(&row(member, &kind(schema), required, &schema["description"]));
        }
        out.push_str("</table>");
    }
    out
}

fn parameters(operation: &Value) -> String {
    let mut rows = String::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        rows.push_str(&row(
            name,
            &kind(&parameter["schema"]),
            parameter["required"] == true,
            &parameter["description"],
        ));
    }
    for (media_type, content) in members(&operation["requestBody"]["content"]) {
        rows.push_str(&row(
            "body",
            &format!("{} {}", escape(media_type), kind(&content["schema"])),
            true,
            &Value::Null,
        ));
    }
    format!("<table>{rows}</table>")
}

fn answers(operation: &Value) -> String {
    let mut out = String::from("<ul>");
    for (status, answer) in members(&operation["responses"]) {
        let schemas: Vec<_> = members(&answer["content"]).map(|(_, content)| kind(&content["schema"])).collect();
        out.push_str(&format!("<li>{}: {} {}</li>", escape(status), text(&answer["description"]), schemas.join(" ")));
    }
    out + "</ul>"
}

fn row(name: &str, kind: &str, required: bool, description: &Value) -> String {
    let required = if required { "required" } else { "" };
    format!(
        "<tr><td><code>{}</code></td><td>{kind}</td><td>{required}</td><td>{}</td></tr>",
        escape(name),
        text(description)
    )
}

/// A schema's type in a few words; a link if it has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#{0}\"><code>{0}</code></a>", escape(name));
    }
    let alternatives: Vec<_> =
        schema["oneOf"].as_array().into_iter().flatten().filter(|one| one["type"] != "null").map(kind).collect();
    if !alternatives.is_empty() {
        return alternatives.join(" or ");
    }
    let named = match &schema["type"] {
        Value::Array(types) => types.iter().find(|name| *name != "null").and_then(Value::as_str),
        name => name.as_str(),
    };
    match named {
        Some("array") => format!("array of {}", kind(&schema["items"])),
        Some(name) => escape(schema["format"].as_str().unwrap_or(name)),
        None => String::new(),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}
