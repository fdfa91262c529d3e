//! A file without its targets, and how they come in.

use terjuman_model::{LanguageTag, TaggedText};

use super::attributes::Change;
use super::unit::{Job, Locales, Longest, Place};
use super::walk::{File, Found, Version, language_attribute};
use crate::inline::{splice, write};
use crate::rewriting::{Rewriting, Rewritten, nested};
use crate::sources::Sources;
use crate::xml::{XmlPart, check, escape_attribute};
use crate::{FormatError, Limits, Skeleton, Target, Untranslated, Warning, WarningKind};

/// The file and what is to be written into it.
pub(super) struct XliffSkeleton {
    pub(super) part: XmlPart,
    /// The bytes, if they are not the text's own.
    pub(super) original: Option<Vec<u8>>,
    pub(super) found: Found,
    /// What its texts say: a target that says the same has their spelling.
    pub(super) sources: Sources,
    pub(super) limits: Limits,
}

impl Skeleton for XliffSkeleton {
    fn untranslated(&self) -> Untranslated {
        self.found.untranslated.clone()
    }

    fn flaws(&self, translations: &[TaggedText]) -> Vec<Warning> {
        if translations.len() != self.found.slots.len() {
            return Vec::new();
        }
        let too_long = self.taken(translations).into_iter().filter(|(longest, taken)| longest.is_passed(*taken));
        too_long
            .map(|(longest, _)| Warning {
                kind: WarningKind::TooLong,
                place: terjuman_model::Place { part: String::new(), offset: longest.unit as u64 },
            })
            .collect()
    }

    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.found.slots.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let text = &self.part.text;
        let mut rewriting = Rewriting::new(text);
        let mut files = self.found.files.iter().peekable();
        for job in &self.found.jobs {
            // A file's tag stands before its units.
            while let Some(file) = files.next_if(|file| file.tag.range.start < job.source.start()) {
                self.write_language(file, target, &mut rewriting);
            }
            let is_meant = |locales: &Locales| target.language.as_ref().is_none_or(|to| locales.allow(to.code()));
            if !job.locales.as_deref().is_none_or(is_meant) {
                continue;
            }
            let rewritten = self.rewritten(job, translations)?;
            // Without a language nothing was translated: what says the same is not worth a target.
            if target.language.is_none() && rewritten.is_empty() {
                continue;
            }
            let mut content = String::new();
            splice(text, job.source.range(), &rewritten, &mut content);
            self.write(job, &content, target.language.as_ref(), &mut rewriting);
        }
        files.for_each(|file| self.write_language(file, target, &mut rewriting));
        let Some(text) = rewriting.finish() else {
            return Ok(self.original.as_deref().unwrap_or(self.part.text.as_bytes()).to_vec());
        };
        check(&text, &self.part.name, &self.limits)?;
        Ok(self.part.encode_owned(text))
    }
}

impl XliffSkeleton {
    /// What of a source is rewritten for its target.
    fn rewritten(&self, job: &Job, translations: &[TaggedText]) -> Result<Vec<Rewritten>, FormatError> {
        let slots = &self.found.slots[job.slots.range()];
        let mut rewritten = Vec::new();
        let place = |index: usize| slots[index].range.range();
        let first = job.slots.start();
        let write = |index: usize, inner: &[_]| {
            let (slot, translation) = (&slots[index], &translations[first + index]);
            let is_same = self.sources.is_same(first + index, translation);
            if is_same { Ok(None) } else { write(&self.part.text, slot, translation, inner).map(Some) }
        };
        nested(Vec::new(), slots.len(), place, write, |new| rewritten.push(new))?;
        Ok(rewritten)
    }

    /// What the translations of each unit that may only be so long take, in order of the units.
    fn taken(&self, translations: &[TaggedText]) -> Vec<(Longest, usize)> {
        let mut taken = self.found.taken.clone();
        for job in &self.found.jobs {
            let Some(longest) = job.longest.as_deref() else { continue };
            let Ok(rewritten) = self.rewritten(job, translations) else { continue };
            let mut content = String::new();
            splice(&self.part.text, job.source.range(), &rewritten, &mut content);
            taken.push((*longest, longest.taken(&content)));
        }
        taken.sort_by_key(|(longest, _)| longest.unit);
        taken.dedup_by(|(longest, more), (first, sum)| {
            let is_same = longest.unit == first.unit;
            *sum += if is_same { *more } else { 0 };
            is_same
        });
        taken
    }
}

/// What a file's statement of the target language comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stated {
    /// It is this language.
    Fits,
    /// It is none, or another one and no target is in it.
    Changes,
    /// It is another one, and so are its finished targets.
    Other,
}

fn states(file: &File, language: &LanguageTag) -> Stated {
    let Some(stated) = &file.language else { return Stated::Changes };
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match () {
        () if primary(stated) == primary(language.code()) => Stated::Fits,
        () if file.has_finished => Stated::Other,
        () => Stated::Changes,
    }
}

impl XliffSkeleton {
    /// A file says which language its targets are in.
    fn write_language(&self, file: &File, target: &Target, out: &mut Rewriting<'_>) {
        let Some(language) = &target.language else { return };
        if states(file, language) == Stated::Changes {
            let change = [(language_attribute(self.found.version), Change::Set(language.code()))];
            let mut tag = file.tag.changed(&self.part.text, &change);
            if file.tag.empty {
                tag.push_str(&file.tag.end_tag());
            }
            out.replace(file.tag.range.clone(), &tag);
        }
    }

    fn write(&self, job: &Job, content: &str, language: Option<&LanguageTag>, out: &mut Rewriting<'_>) {
        let text = &self.part.text;
        let version = self.found.version;
        let file = &self.found.files[job.file as usize];
        let mut changes = Vec::new();
        // The region that the file states is better than none.
        let named = language.map(|language| match (states(file, language), &file.language) {
            (Stated::Fits, Some(stated)) => stated.as_str(),
            _ => language.code(),
        });
        let is_other = language.is_some_and(|language| states(file, language) == Stated::Other);
        if let Some(named) = named {
            let has_own = matches!(&job.place, Place::Replace { target, .. } if target.value("xml:lang").is_some());
            if version != Version::V2 || has_own || is_other {
                changes.push(("xml:lang", Change::Set(named)));
            }
        }
        if matches!(version, Version::V1_1 | Version::V1_2) {
            changes.push(("state", Change::Set("translated")));
        }
        if version == Version::V1_2 {
            changes.push(("state-qualifier", Change::Set("mt-suggestion")));
        }
        if let Some(segment) = &job.segment {
            let changes = [("state", Change::Set("translated")), ("subState", Change::Remove)];
            out.replace(segment.range.clone(), &segment.changed(text, &changes));
        }
        match &job.place {
            Place::Insert { at, indent, prefix, space } => {
                let prefix = prefix.as_deref().unwrap_or_default();
                let mut new = format!("{}<{prefix}target", &text[indent.range()]);
                for (attribute, change) in &changes {
                    if let Change::Set(value) = change {
                        new.push_str(&format!(" {attribute}=\""));
                        escape_attribute(value, &mut new);
                        new.push('"');
                    }
                }
                if let Some(space) = space {
                    new.push_str(&format!(" xml:space=\"{}\"", &text[space.range()]));
                }
                new.push_str(&format!(">{content}</{prefix}target>"));
                let at = *at as usize;
                out.replace(at..at, &new);
            }
            Place::Replace { target, end } => {
                let new = format!("{}{content}{}", target.changed(text, &changes), target.end_tag());
                out.replace(target.range.start..*end, &new);
            }
            Place::Fill { mark, end } => {
                let new = format!("{}{content}{}", mark.changed(text, &[]), mark.end_tag());
                out.replace(mark.range.start..*end, &new);
            }
        }
    }
}
