//! The continuation token: where the next page starts, in characters that no client's re-encoding changes.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use terjuman_jobs::Cursor;
use terjuman_model::Timestamp;
use uuid::Uuid;

/// The layout below. Another layout gets another number.
const LAYOUT: u8 = 1;

/// Where the next page starts.
///
/// Layout: the number 1, the count of keys, the bound, the keys (big-endian microseconds each), the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The last entry of the page before.
    pub(super) after: Cursor,
    /// Entries created later are not part of this walk.
    pub(super) bound: Option<Timestamp>,
}

impl Token {
    pub(super) fn encode(&self) -> String {
        let mut bytes = vec![LAYOUT, u8::try_from(self.after.keys.len()).unwrap_or(u8::MAX)];
        bytes.extend(self.bound.map_or(i64::MAX, |bound| bound.0).to_be_bytes());
        bytes.extend(self.after.keys.iter().flat_map(|key| key.0.to_be_bytes()));
        bytes.extend(self.after.id.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&[layout, count], rest) = bytes.split_first_chunk()?;
        let (bound, mut rest) = rest.split_first_chunk()?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let (key, behind) = rest.split_first_chunk()?;
            keys.push(Timestamp(i64::from_be_bytes(*key)));
            rest = behind;
        }
        let id = Uuid::from_slice(rest).ok()?;
        let bound = Some(i64::from_be_bytes(*bound)).filter(|bound| *bound != i64::MAX).map(Timestamp);
        (layout == LAYOUT && !keys.is_empty()).then_some(Self { after: Cursor { keys, id }, bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_needs_no_encoding() {
        for (keys, bound) in [(vec![1], None), (vec![i64::MIN, 1_775_000_000_000_000], Some(Timestamp(-5)))] {
            let after = Cursor { keys: keys.into_iter().map(Timestamp).collect(), id: Uuid::from_u128(u128::MAX) };
            let token = Token { after, bound };
            let text = token.encode();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{text}");
            assert_eq!(Token::decode(&text), Some(token));
        }
    }

    #[test]
    fn anything_else_is_none() {
        let token = Token { after: Cursor { keys: vec![Timestamp(1)], id: Uuid::nil() }, bound: None }.encode();
        for bad in ["", "x", "AQ", "====", &token[1..], &format!("{token}AA"), &token[..token.len() - 2], "\u{1F600}"] {
            assert_eq!(Token::decode(bad), None, "{bad}");
        }
    }
}
