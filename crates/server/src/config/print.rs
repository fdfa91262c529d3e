//! The effective configuration as TOML.

use figment::value::{Dict, Value};

use crate::config::Config;

/// The configuration as it is in force, secrets hidden: what `config print` shows.
pub(crate) fn print_toml(config: &Config) -> anyhow::Result<String> {
    let value = Value::serialize(config)?;
    let mut out = String::new();
    if let Value::Dict(_, dict) = value {
        table(&mut out, "", &dict);
    }
    Ok(out)
}

fn table(out: &mut String, path: &str, dict: &Dict) {
    let is_table = |value: &Value| matches!(value, Value::Dict(..));
    if !path.is_empty() && dict.values().any(|value| !is_table(value)) {
        out.push_str(&format!("\n[{path}]\n"));
    }
    for (key, value) in dict.iter().filter(|(_, value)| !is_table(value)) {
        match scalar(value) {
            Some(text) => out.push_str(&format!("{key} = {text}\n")),
            None => out.push_str(&format!("# {key} is not set\n")),
        }
    }
    for (key, value) in dict {
        if let Value::Dict(_, inner) = value {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            table(out, &path, inner);
        }
    }
}

/// JSON's spelling of strings, numbers, booleans and lists is TOML's, too.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Empty(..) => None,
        value => serde_json::to_string(value).ok(),
    }
}
