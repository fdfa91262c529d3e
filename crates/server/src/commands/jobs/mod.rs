//! `terjuman jobs`: a client of a running server, through the public API alone.

mod client;

use std::process::ExitCode;

use anyhow::Context;
use serde_json::Value;
use terjuman_pipeline::Report;

use crate::cli::{JobsArguments, JobsCommand};
use crate::config::Config;
use crate::output::{print, report};
use client::Client;

/// How often `watch` asks.
const POLL: std::time::Duration = std::time::Duration::from_millis(500);

pub(crate) fn run(config: &Config, arguments: &JobsArguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = Client::new(config, arguments)?;
        match &arguments.command {
            JobsCommand::List { statuses, top } => list(&client, statuses, *top).await,
            JobsCommand::Show { id } => show(&client, id).await,
            JobsCommand::Watch { id } => watch(&client, id).await,
            JobsCommand::Report { id, json } => reports(&client, id, *json).await,
            JobsCommand::Cancel { id } => {
                let job = client.cancel(id).await?;
                print(&line(&job));
                Ok(ExitCode::SUCCESS)
            }
            JobsCommand::Forget { id } => {
                client.forget(id).await?;
                print(&format!("forgot {id}"));
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

async fn list(client: &Client, statuses: &[String], top: u32) -> anyhow::Result<ExitCode> {
    for job in client.jobs(statuses, top).await? {
        print(&line(&job));
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(client: &Client, id: &str) -> anyhow::Result<ExitCode> {
    let job = client.job(id).await?;
    print(&line(&job));
    if let Some(error) = failure(&job) {
        print(&format!("  {error}"));
    }
    for document in client.documents(id).await? {
        let source = text(&document, "sourcePath");
        let to = text(&document, "to");
        print(&format!("  {:12} {to:8} {source}", text(&document, "status")));
        if let Some(error) = failure(&document) {
            print(&format!("    {error}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The report of a document, or of each document of a job.
async fn reports(client: &Client, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    match client.report(id).await? {
        Err(code) if code == "ResourceNotFound" => {}
        found => {
            tell(id, found, json)?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    for document in client.documents(id).await? {
        let id = text(&document, "id");
        let found = client.report(id).await?;
        if !json {
            print(&format!("{} {:12} {}", id, text(&document, "status"), text(&document, "sourcePath")));
        }
        tell(id, found, json)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(id: &str, found: Result<Value, String>, json: bool) -> anyhow::Result<()> {
    match (found, json) {
        (Ok(report), true) => print(&report.to_string()),
        (Ok(report), false) => {
            let report: Report = serde_json::from_value(report).context("the server's report cannot be read")?;
            report.lines().iter().for_each(|line| print(&format!("  {line}")));
        }
        (Err(code), true) => print(&serde_json::json!({ "id": id, "noReport": code }).to_string()),
        (Err(code), false) => print(&format!("  no report: {code}")),
    }
    Ok(())
}

/// A line whenever something changed, until the job has ended. Fails unless it succeeded.
async fn watch(client: &Client, id: &str) -> anyhow::Result<ExitCode> {
    let mut shown = String::new();
    loop {
        let job = client.job(id).await?;
        let now = line(&job);
        if now != shown {
            print(&now);
            shown = now;
        }
        let status = text(&job, "status");
        if ["Succeeded", "Failed", "Cancelled", "ValidationFailed"].contains(&status) {
            if let Some(error) = failure(&job) {
                report(&format!("error: {error}"));
            }
            return Ok(if status == "Succeeded" { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        tokio::time::sleep(POLL).await;
    }
}

fn line(job: &Value) -> String {
    let count = |name: &str| job["summary"][name].as_u64().unwrap_or_default();
    format!(
        "{} {} {:16} {}/{} documents, {} failed, {} characters",
        text(job, "id"),
        text(job, "createdDateTimeUtc"),
        text(job, "status"),
        count("success"),
        count("total"),
        count("failed"),
        count("totalCharacterCharged"),
    )
}

/// `CODE: message` of the inner error, which says more than the outer one.
fn failure(item: &Value) -> Option<String> {
    let error = item.get("error")?;
    let inner = error.get("innerError").unwrap_or(error);
    Some(format!("{}: {}", text(inner, "code"), text(inner, "message")))
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap_or_default()
}
