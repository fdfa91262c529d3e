//! What our outputs carry, so that nothing but an older output of the same document is ever replaced.

use terjuman_model::DocumentId;

use crate::{BlobError, Created};

/// What our outputs carry as metadata, so that a write whose answer was lost is recognised as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Which document this is the output of.
    pub document: DocumentId,
    /// Which lease wrote it; a later lease of the same document has a greater one.
    pub fence: i64,
    /// Source characters that the document is charged with.
    pub characters: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// What a file that is in the way is to the output that would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// The very same output.
    Same,
    /// An output of the same document under an earlier lease, with other bytes.
    Older,
    /// Anything else: somebody's file, or what a later lease wrote.
    Foreign,
}

impl Stamp {
    /// The keys under which its parts are kept, as `prefix` and these with `_` or `-` between.
    pub(crate) const PARTS: [&'static str; 4] = ["document", "fence", "characters", "sha256"];

    /// The values of its parts, in the order of [`Stamp::PARTS`].
    pub(crate) fn values(&self) -> [String; 4] {
        [self.document.to_string(), self.fence.to_string(), self.characters.to_string(), self.sha256.clone()]
    }

    /// Reads the parts back. Outputs of releases before there were fences have neither fence nor characters.
    pub(crate) fn read(part: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| part(name).and_then(|text| text.parse().ok());
        Some(Self {
            document: DocumentId(part("document")?.parse().ok()?),
            fence: number("fence").unwrap_or(0),
            characters: number("characters").and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
            sha256: part("sha256")?.to_ascii_lowercase(),
        })
    }

    /// What a file with that stamp is to this one.
    pub(crate) fn meets(&self, found: Option<&Self>) -> Met {
        match found {
            Some(found) if found.document != self.document => Met::Foreign,
            Some(found) if found.sha256.eq_ignore_ascii_case(&self.sha256) => Met::Same,
            Some(found) if found.fence < self.fence => Met::Older,
            _ => Met::Foreign,
        }
    }
}

/// Times a write looks at what is in its way: between two looks, somebody else has written.
pub(crate) const LOOKS: usize = 4;

/// What lies where an output is to be written.
pub(crate) struct InTheWay {
    /// What a write over it has to name.
    pub(crate) version: Option<String>,
    pub(crate) stamp: Option<Stamp>,
}

/// Writes with a condition: `write` over the given version, or where there is nothing. Where that meets something, `look`
/// says what; `None` if it cannot be seen whose it is, and a guess could lose somebody's file.
pub(crate) async fn write_or_meet<W, L>(
    stamp: &Stamp,
    write: impl Fn(Option<String>) -> W,
    look: impl Fn() -> L,
) -> Result<Created, BlobError>
where
    W: Future<Output = Result<(), BlobError>>,
    L: Future<Output = Result<Option<InTheWay>, BlobError>>,
{
    let mut version: Option<String> = None;
    for _ in 0..LOOKS {
        match write(version.clone()).await {
            Ok(()) if version.is_some() => return Ok(Created::Instead),
            Ok(()) => return Ok(Created::Now),
            // What was to be replaced is gone.
            Err(BlobError::NotFound) if version.is_some() => {
                version = None;
                continue;
            }
            Err(BlobError::Exists) => {}
            Err(other) => return Err(other),
        }
        // Ours, from a try whose answer was lost or from an earlier lease, or a foreign one.
        let found = look().await?.ok_or(BlobError::Exists)?;
        match stamp.meets(found.stamp.as_ref()) {
            Met::Same => return Ok(Created::Before),
            Met::Foreign => return Err(BlobError::Exists),
            Met::Older => version = Some(found.version.ok_or(BlobError::Exists)?),
        }
    }
    Err(BlobError::Exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_meets_its_like() {
        let stamp = |document: u128, fence, sha256: &str| Stamp {
            document: DocumentId(uuid::Uuid::from_u128(document)),
            fence,
            characters: 7,
            sha256: sha256.to_owned(),
        };
        let ours = stamp(1, 5, "ab");
        let check = |found: Option<Stamp>, expected| assert_eq!(ours.meets(found.as_ref()), expected, "{found:?}");
        check(Some(stamp(1, 4, "ab")), Met::Same);
        check(Some(stamp(1, 9, "AB")), Met::Same);
        check(Some(stamp(1, 4, "cd")), Met::Older);
        check(Some(stamp(1, 5, "cd")), Met::Foreign);
        check(Some(stamp(1, 6, "cd")), Met::Foreign);
        check(Some(stamp(2, 4, "ab")), Met::Foreign);
        check(None, Met::Foreign);
        let values = ours.values();
        let part = |name: &str| Stamp::PARTS.iter().position(|part| *part == name).map(|at| values[at].clone());
        assert_eq!(Stamp::read(part), Some(ours.clone()));
        let before_fences = |name: &str| part(name).filter(|_| matches!(name, "document" | "sha256"));
        assert_eq!(Stamp::read(before_fences).map(|stamp| (stamp.fence, stamp.characters)), Some((0, 0)));
        assert_eq!(Stamp::read(|_| None), None);
    }
}
