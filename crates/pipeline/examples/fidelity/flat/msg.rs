//! What a message of Outlook shows ([MS-OXMSG], [MS-OXPROPS], [MS-OXRTFCP]): its subject and its bodies, of which a program shows
//! one. The container is read by a crate of its own.

use std::io::{Cursor, Read as _};

use super::{Seen, html, mail, rtf};

/// Subject and bodies, and the other properties that say the subject again or which body counts.
const TEXTS: [&str; 4] = ["0037", "1000", "1013", "1009"];
const REPEATED: [&str; 2] = ["0E1D", "0070"];

pub(super) fn read(bytes: &[u8], seen: &mut Seen) {
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return };
    let paths: Vec<_> = file.walk().filter(|entry| entry.is_stream()).map(|entry| entry.path().to_owned()).collect();
    for path in paths {
        let mut content = Vec::new();
        if file.open_stream(&path).and_then(|mut stream| stream.read_to_end(&mut content)).is_err() {
            continue;
        }
        let path = path.to_string_lossy().into_owned();
        let property = path.strip_prefix("/__substg1.0_").filter(|property| property.is_ascii() && property.len() == 8);
        let Some((id, kind)) = property.map(|property| property.split_at(4)) else {
            // Texts become Unicode together, in recipients and attachments too; lengths of properties change.
            let name = path.strip_suffix("001E").or(path.strip_suffix("001F")).unwrap_or(&path);
            seen.element(name.to_owned());
            continue;
        };
        if !TEXTS.contains(&id) {
            if !REPEATED.contains(&id) {
                seen.element(id.to_owned());
            }
            continue;
        }
        let text = match kind {
            "001F" => {
                let units: Vec<u16> =
                    content.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                String::from_utf16_lossy(&units)
            }
            _ => String::from_utf8_lossy(&content).into_owned(),
        };
        match id {
            "0037" => seen.texts.push(mail::bare(&text).to_owned()),
            "1000" => seen.texts.push(text),
            // What it is made of may come from another property: its text alone is compared.
            "1013" => seen.texts.append(&mut shown(|part| html::read(&text, part))),
            _ => seen.texts.append(&mut shown(|part| rtf::read(&expanded(&content).unwrap_or_default(), false, part))),
        }
    }
}

fn shown(read: impl FnOnce(&mut Seen)) -> Vec<String> {
    let mut part = Seen::default();
    read(&mut part);
    part.texts
}

/// Compressed rich text.
fn expanded(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
    let mut rest = bytes.get(16..)?.iter().copied();
    if &bytes[8..12] == b"MELA" {
        return Some(rest.take(length).collect());
    }
    let mut ring = [b' '; 4096];
    let known = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS \
        Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    ring[..known.len()].copy_from_slice(known);
    let (mut at, mut out) = (known.len(), Vec::new());
    while out.len() < length {
        let flags = rest.next()?;
        for bit in 0..8 {
            let first = rest.next()?;
            let (from, count) = if flags >> bit & 1 == 1 {
                let pair = u16::from_be_bytes([first, rest.next()?]);
                (usize::from(pair >> 4), usize::from(pair & 15) + 2)
            } else {
                ring[at] = first;
                (at, 1)
            };
            if count > 1 && from == at {
                return Some(out);
            }
            for step in 0..count {
                let byte = ring[(from + step) % ring.len()];
                ring[at] = byte;
                at = (at + 1) % ring.len();
                out.push(byte);
            }
        }
    }
    Some(out)
}
