//! A start request's body, checked member by member: into a [`JobRequest`], or refused naming the member
//! (`api.md` section 5.2).

use std::collections::HashSet;

use terjuman_jobs::{GlossarySource, JobInput, JobRequest, JobSource, JobTarget, Location, StorageKind};
use terjuman_model::LanguageTag;
use terjuman_pipeline::{Changes, Engines, GlossaryFormat};

use super::body::{BatchGlossary, BatchInput, BatchSource, BatchTarget, StartRequest};
use super::languages::{check_pair, source_language, target_language};
use crate::HttpConfig;
use crate::error::ApiError;

/// # Errors
/// The first member that is missing or has a value that cannot be.
pub(super) fn check(
    body: StartRequest,
    options: Changes,
    config: &HttpConfig,
    engines: &Engines,
) -> Result<JobRequest, ApiError> {
    let inputs = body.inputs.filter(|inputs| !inputs.is_empty()).ok_or_else(|| ApiError::missing("inputs"))?;
    if inputs.len() > config.max_inputs {
        return Err(ApiError::invalid("inputs", format!("There are more than {} inputs.", config.max_inputs)));
    }
    let mut languages = HashSet::new();
    let mut checked = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let path = format!("inputs[{index}]");
        let input = check_input(input, &path, engines)?;
        languages.extend(input.targets.iter().map(|target| target.language.code()));
        if languages.len() > config.max_target_languages {
            let message = format!("There are more than {} target languages.", config.max_target_languages);
            return Err(ApiError::invalid(format!("{path}.targets"), message));
        }
        checked.push(input);
    }
    Ok(JobRequest { inputs: checked, options })
}

fn check_input(input: BatchInput, path: &str, engines: &Engines) -> Result<JobInput, ApiError> {
    let source = input.source.ok_or_else(|| ApiError::missing(format!("{path}.source")))?;
    let kind = storage_kind(input.storage_type.as_deref(), &format!("{path}.storageType"))?;
    let source = check_source(source, &format!("{path}.source"))?;
    let targets = input.targets.filter(|targets| !targets.is_empty());
    let targets = targets.ok_or_else(|| ApiError::missing(format!("{path}.targets")))?;
    let mut seen = HashSet::new();
    let mut checked = Vec::with_capacity(targets.len());
    for (index, target) in targets.into_iter().enumerate() {
        let path_of_target = format!("{path}.targets[{index}]");
        let target = check_target(target, &path_of_target, source.language.as_ref(), path, engines)?;
        if !seen.insert((target.location.public(), target.language.code())) {
            let message = "The same target URL with the same language occurs twice in this input.";
            return Err(ApiError::invalid(format!("{path_of_target}.targetUrl"), message));
        }
        checked.push(target);
    }
    Ok(JobInput { kind, source, targets: checked })
}

fn check_source(source: BatchSource, path: &str) -> Result<JobSource, ApiError> {
    let location = location(source.source_url, &format!("{path}.sourceUrl"))?;
    storage_source(source.storage_source.as_deref(), &format!("{path}.storageSource"))?;
    let filter = source.filter.unwrap_or_default();
    let language = text(source.language, &format!("{path}.language"))?;
    Ok(JobSource {
        location,
        prefix: filter_text(filter.prefix, &format!("{path}.filter.prefix"))?,
        suffix: filter_text(filter.suffix, &format!("{path}.filter.suffix"))?,
        language: language.map(|code| source_language(&code, &format!("{path}.language"))).transpose()?,
    })
}

fn check_target(
    target: BatchTarget,
    path: &str,
    source: Option<&LanguageTag>,
    input: &str,
    engines: &Engines,
) -> Result<JobTarget, ApiError> {
    let location = location(target.target_url, &format!("{path}.targetUrl"))?;
    storage_source(target.storage_source.as_deref(), &format!("{path}.storageSource"))?;
    let member = format!("{path}.language");
    let language = text(target.language, &member)?.ok_or_else(|| ApiError::missing(member.as_str()))?;
    let language = target_language(&language, &member)?;
    let category = engine_name(target.category, &format!("{path}.category"))?;
    let deployment = engine_name(target.deployment_name, &format!("{path}.deploymentName"))?;
    // A deployment that does not exist fails the documents, not the request.
    if let Ok(engine) = engines.pick(deployment.as_deref(), category.as_deref(), true) {
        check_pair(&*engine, (source, &format!("{input}.source.language")), (&language, &member))?;
    }
    let glossaries = target.glossaries.unwrap_or_default().into_iter().enumerate();
    let glossaries =
        glossaries.map(|(index, glossary)| check_glossary(glossary, &format!("{path}.glossaries[{index}]")));
    Ok(JobTarget { location, language, category, deployment, glossaries: glossaries.collect::<Result<_, _>>()? })
}

fn check_glossary(glossary: BatchGlossary, path: &str) -> Result<GlossarySource, ApiError> {
    let location = location(glossary.glossary_url, &format!("{path}.glossaryUrl"))?;
    storage_source(glossary.storage_source.as_deref(), &format!("{path}.storageSource"))?;
    text(glossary.version, &format!("{path}.version"))?;
    let member = format!("{path}.format");
    let format = match text(glossary.format, &member)? {
        Some(name) => glossary_format(&name),
        None => glossary_format_of(location.url().path()),
    };
    let message = "The glossary's format must be CSV, TSV or XLIFF; without it, the file's extension must tell.";
    Ok(GlossarySource { location, format: format.ok_or_else(|| ApiError::invalid(member, message))? })
}

fn glossary_format(name: &str) -> Option<GlossaryFormat> {
    let all = [("CSV", GlossaryFormat::Csv), ("TSV", GlossaryFormat::Tsv), ("XLIFF", GlossaryFormat::Xliff)];
    all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, format)| format)
}

/// The glossary format of a file name, by its extension.
pub(crate) fn glossary_format_of(name: &str) -> Option<GlossaryFormat> {
    let extension = &name[name.rfind('.')?..].to_ascii_lowercase();
    let entry = terjuman_pipeline::glossary_formats().iter().find(|e| e.extensions.contains(&extension.as_str()))?;
    glossary_format(entry.name)
}

/// A storage URL. The message does not repeat it: it may hold a key.
fn location(url: Option<String>, member: &str) -> Result<Location, ApiError> {
    let url = url.filter(|url| !url.trim().is_empty()).ok_or_else(|| ApiError::missing(member))?;
    url.parse().map_err(|error| ApiError::invalid(member, format!("'{member}' is no storage URL: {error}.")))
}

fn storage_kind(kind: Option<&str>, member: &str) -> Result<StorageKind, ApiError> {
    match kind.map(str::trim) {
        None | Some("") => Ok(StorageKind::Folder),
        Some(kind) if kind.eq_ignore_ascii_case("folder") => Ok(StorageKind::Folder),
        Some(kind) if kind.eq_ignore_ascii_case("file") => Ok(StorageKind::File),
        Some(_) => Err(ApiError::invalid(member, "The storage type must be Folder or File.")),
    }
}

fn storage_source(source: Option<&str>, member: &str) -> Result<(), ApiError> {
    match source.map(str::trim) {
        Some(source) if !source.is_empty() && !source.eq_ignore_ascii_case("AzureBlob") => {
            Err(ApiError::invalid(member, "The storage source must be AzureBlob."))
        }
        _ => Ok(()),
    }
}

/// An engine's name; the standard engine's are none.
fn engine_name(name: Option<String>, member: &str) -> Result<Option<String>, ApiError> {
    let name = text(name, member)?;
    Ok(name.filter(|name| !["general", "generalnn"].iter().any(|general| name.eq_ignore_ascii_case(general))))
}

/// A text without blanks around it; an empty one is none.
fn text(text: Option<String>, member: &str) -> Result<Option<String>, ApiError> {
    let text = filter_text(text, member)?;
    let trimmed = text.trim();
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}

/// A text as it is. Nothing that has a use here has control characters or goes on for kilobytes.
fn filter_text(text: Option<String>, member: &str) -> Result<String, ApiError> {
    let text = text.unwrap_or_default();
    if text.len() > 1024 || text.chars().any(char::is_control) {
        return Err(ApiError::invalid(member, format!("'{member}' is too long or has control characters.")));
    }
    Ok(text)
}
