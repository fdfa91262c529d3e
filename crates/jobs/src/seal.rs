//! Requests at rest: sealed in the database, since they hold the SAS of somebody's storage.
//!
//! XChaCha20-Poly1305 with a random nonce, and the job's id as associated data: a row that is moved to another job does
//! not open. A sealed text is `xc1.KEY.BASE64`, where `KEY` names the key without saying anything about it, and what is
//! encoded is nonce and ciphertext. A text that is not sealed is of a version before this one, and read as it is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use terjuman_model::hexadecimal;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::JobsError;

/// What a sealed text begins with.
const MARK: &str = "xc1.";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// A key that requests are sealed with: 256 random bits, written in base64 or as 64 hexadecimal digits. Shows itself to
/// nobody.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes in base64, as `openssl rand -base64 32` prints them, or 64 hexadecimal digits")]
pub struct NotAKey;

impl SealingKey {
    /// A new key.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn random() -> Result<Self, JobsError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(|error| JobsError::Store(Box::new(error)))?;
        Ok(Self(bytes))
    }

    /// The key itself, to be kept in a file.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(hexadecimal(&*self.0))
    }

    /// Tells it from other keys, and nothing about it.
    fn name(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"the name of a sealing key");
        hash.update(*self.0);
        hexadecimal(&hash.finalize()[..4])
    }
}

impl FromStr for SealingKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let mut bytes = Zeroizing::new([0; 32]);
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            for (index, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| NotAKey)?;
            }
            return Ok(Self(bytes));
        }
        let decoded = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).map(Zeroizing::new).map_err(|_| NotAKey)?;
        bytes.copy_from_slice(decoded.get(..).filter(|decoded| decoded.len() == 32).ok_or(NotAKey)?);
        Ok(Self(bytes))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.name())
    }
}

/// Seals with one key, and opens with that and older ones. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<Vec<Named>>);

/// A key by its name, ready to be used.
struct Named {
    name: String,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.name)).finish()
    }
}

impl Sealer {
    /// Seals with `current`; `older` are keys that were current once.
    #[must_use]
    pub fn new(current: &SealingKey, older: &[SealingKey]) -> Self {
        let named = |key: &SealingKey| Named { name: key.name(), cipher: XChaCha20Poly1305::new((&*key.0).into()) };
        Self(Arc::new(std::iter::once(current).chain(older).map(named).collect()))
    }

    /// The name of the key that seals.
    pub(crate) fn current(&self) -> &str {
        self.0.first().map_or("", |key| &key.name)
    }

    /// Whether a key of this name is at hand.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.0.iter().any(|key| key.name == name)
    }

    /// What every text that the current key sealed begins with.
    pub(crate) fn prefix(&self) -> String {
        format!("{MARK}{}.", self.current())
    }

    /// The request of a job, unreadable without the key.
    pub(crate) fn seal(&self, job: Uuid, request: &str) -> Result<String, JobsError> {
        let failed = || JobsError::store("a request could not be sealed");
        let key = self.0.first().ok_or_else(failed)?;
        let mut bytes = vec![0; NONCE];
        getrandom::fill(&mut bytes).map_err(|error| JobsError::Store(Box::new(error)))?;
        let nonce = nonce(&bytes).ok_or_else(failed)?;
        let payload = Payload { msg: request.as_bytes(), aad: job.as_bytes() };
        bytes.extend(key.cipher.encrypt(&nonce, payload).map_err(|_| failed())?);
        Ok(format!("{MARK}{}.{}", key.name, STANDARD_NO_PAD.encode(bytes)))
    }

    /// What was sealed for this job.
    ///
    /// # Errors
    /// [`JobsError::Sealed`] if the key is not at hand: with it, the text can be read. [`JobsError::Invalid`] if it is no
    /// text that was sealed for this job.
    pub(crate) fn open<'t>(&self, job: Uuid, text: &'t str) -> Result<Cow<'t, str>, JobsError> {
        let Some(sealed) = text.strip_prefix(MARK) else { return Ok(Cow::Borrowed(text)) };
        let invalid = || JobsError::Invalid("sealed request");
        let (name, encoded) = sealed.split_once('.').ok_or_else(invalid)?;
        let key = self.0.iter().find(|key| key.name == name);
        let key =
            key.ok_or_else(|| JobsError::Sealed(name.chars().filter(char::is_ascii_hexdigit).take(8).collect()))?;
        let bytes = STANDARD_NO_PAD.decode(encoded).map_err(|_| invalid())?;
        let (head, ciphertext) = bytes.split_at_checked(NONCE).ok_or_else(invalid)?;
        let payload = Payload { msg: ciphertext, aad: job.as_bytes() };
        let opened = key.cipher.decrypt(&nonce(head).ok_or_else(invalid)?, payload).map_err(|_| invalid())?;
        String::from_utf8(opened).map(Cow::Owned).map_err(|_| invalid())
    }
}

fn nonce(bytes: &[u8]) -> Option<XNonce> {
    <[u8; NONCE]>::try_from(bytes).ok().map(XNonce::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> SealingKey {
        digit.to_string().repeat(64).parse().unwrap()
    }

    #[test]
    fn only_the_key_and_the_job_open_what_was_sealed() {
        let (job, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealer = Sealer::new(&key('a'), &[]);
        let sealed = sealer.seal(job, "sig=SECRET").unwrap();
        assert!(sealed.starts_with(&sealer.prefix()) && !sealed.contains("SECRET"), "{sealed}");
        assert_ne!(sealer.seal(job, "sig=SECRET").unwrap(), sealed, "the nonce is another each time");
        assert_eq!(sealer.open(job, &sealed).unwrap(), "sig=SECRET");
        assert!(matches!(sealer.open(other, &sealed), Err(JobsError::Invalid(_))));
        let mut bent = sealed.clone();
        bent.replace_range(bent.len() - 2.., "AA");
        for text in [bent.as_str(), "xc1.", "xc1.0.0", &sealer.prefix(), &format!("{}é", sealer.prefix())] {
            assert!(sealer.open(job, text).is_err(), "{text}");
        }
    }

    #[test]
    fn older_keys_still_open_and_a_missing_one_is_named() {
        let job = Uuid::from_u128(1);
        let old = Sealer::new(&key('a'), &[]);
        let sealed = old.seal(job, "text").unwrap();
        let both = Sealer::new(&key('b'), &[key('a')]);
        assert_eq!(both.open(job, &sealed).unwrap(), "text");
        assert!(both.knows(old.current()) && !sealed.starts_with(&both.prefix()));
        let missing = Sealer::new(&key('b'), &[]).open(job, &sealed).unwrap_err();
        assert!(missing.to_string().contains(old.current()), "{missing}");
    }

    #[test]
    fn a_text_of_before_is_read_as_it_is() {
        let sealer = Sealer::new(&key('a'), &[]);
        assert_eq!(sealer.open(Uuid::nil(), "{\"inputs\": []}").unwrap(), "{\"inputs\": []}");
    }

    #[test]
    fn a_key_is_read_back_and_never_shown() {
        let random = SealingKey::random().unwrap();
        let text = random.expose();
        assert_eq!(text.parse::<SealingKey>().unwrap().name(), random.name());
        assert!(!format!("{random:?}").contains(text.as_str()));
        let encoded = base64::engine::general_purpose::STANDARD.encode([0xaa; 32]);
        assert_eq!(encoded.parse::<SealingKey>().unwrap().name(), key('a').name());
        for wrong in ["", "ab", &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert!(wrong.parse::<SealingKey>().is_err(), "{wrong}");
        }
    }
}
