//! Messages: MIME, and compound files as Outlook writes them.

use super::texts::each;

/// An entry of a compound file.
struct Entry {
    name: String,
    /// 1: a storage, 2: a stream, 5: the root.
    kind: u8,
    /// The entries to its right and below it, by number.
    right: u32,
    child: u32,
    data: Vec<u8>,
}

const NONE: u32 = u32::MAX;
const END: u32 = 0xffff_fffe;
const SECTOR: usize = 4096;

fn stream(name: impl Into<String>, data: Vec<u8>) -> Entry {
    Entry { name: name.into(), kind: 2, right: NONE, child: NONE, data }
}

fn storage(name: String) -> Entry {
    Entry { name, kind: 1, right: NONE, child: NONE, data: Vec::new() }
}

/// Siblings in the root, each to the right of the one before it.
fn siblings(mut entries: Vec<Entry>) -> Vec<u8> {
    let last = entries.len() as u32;
    for (entry, number) in entries.iter_mut().zip(1..) {
        entry.right = if number == last { NONE } else { number + 1 };
    }
    compound(entries)
}

/// A compound file of large sectors. Streams are longer than what is put into the mini stream, or empty.
fn compound(entries: Vec<Entry>) -> Vec<u8> {
    let root = Entry { name: "Root Entry".into(), kind: 5, right: NONE, child: 1, data: Vec::new() };
    let (mut data, mut next, mut directory) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |bytes: &[u8], data: &mut Vec<u8>| {
        let first = next.len() as u32;
        let count = bytes.len().div_ceil(SECTOR) as u32;
        next.extend((1..count).map(|step| first + step));
        next.push(END);
        data.extend_from_slice(bytes);
        data.resize(next.len() * SECTOR, 0);
        first
    };
    for entry in std::iter::once(root).chain(entries) {
        let mut raw = vec![0; 128];
        let name: Vec<u8> = entry.name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        raw[..name.len()].copy_from_slice(&name);
        raw[64] = name.len() as u8 + 2;
        raw[66] = entry.kind;
        let first = if entry.data.is_empty() { END } else { add(&entry.data, &mut data) };
        let fields = [(68, NONE), (72, entry.right), (76, entry.child), (116, first), (120, entry.data.len() as u32)];
        for (at, value) in fields {
            raw[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        directory.extend(raw);
    }
    let directory = add(&directory, &mut data);
    let tables = (next.len() + next.len() / 1000 + 1).div_ceil(SECTOR / 4);
    let first_table = next.len() as u32;
    next.resize(tables * SECTOR / 4, NONE);
    let mut header = vec![0; SECTOR];
    header[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    for (at, value) in [(24, 0x3e_u16), (26, 4), (28, 0xfffe), (30, 12), (32, 6)] {
        header[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(44, tables as u32), (48, directory), (56, 4096), (60, END), (68, END)] {
        header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    for index in 0..109 {
        let table = if index < tables { first_table + index as u32 } else { NONE };
        header[76 + 4 * index..80 + 4 * index].copy_from_slice(&table.to_le_bytes());
    }
    header.extend(data);
    header.extend(next.into_iter().flat_map(u32::to_le_bytes));
    header
}

const PROPERTIES: &str = "__properties_version1.0";

/// The list of properties, all texts of a code page.
fn properties(ids: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut list = vec![0; 32];
    list.extend(ids.flat_map(|id| [id << 16 | 0x1e, 6, 1, 0]).flat_map(u32::to_le_bytes));
    list.resize(list.len().max(SECTOR), 0);
    list
}

fn subject(kind: &str) -> Entry {
    stream(format!("__substg1.0_0037{kind}"), "Some words ".repeat(500).into_bytes())
}

/// Texts of a code page: all become Unicode with one letter that it lacks.
pub(super) fn msg_properties(size: usize) -> Vec<u8> {
    let ids = 0x4000..0x4000 + size as u32;
    let mut entries = vec![stream(PROPERTIES, properties(ids.clone())), subject("001E")];
    entries.extend(ids.map(|id| stream(format!("__substg1.0_{id:04X}001E"), Vec::new())));
    siblings(entries)
}

pub(super) fn msg_attachments(size: usize) -> Vec<u8> {
    let mut entries = vec![stream(PROPERTIES, properties(0..1)), subject("001E")];
    entries.extend((0..size).map(|n| storage(format!("__attach_version1.0_#{n:08X}"))));
    siblings(entries)
}

/// Storages in each other.
pub(super) fn msg_storages(size: usize) -> Vec<u8> {
    let mut entries = vec![stream(PROPERTIES, properties(0..1)), subject("001E")];
    (entries[0].right, entries[1].right) = (2, 3);
    let below = |n: usize| Entry { child: if n + 1 == size { NONE } else { n as u32 + 4 }, ..storage(format!("s{n}")) };
    entries.extend((0..size).map(below));
    compound(entries)
}

/// Rich text that is not compressed, and says that it is longer than it is.
pub(super) fn msg_rich_text(size: usize) -> Vec<u8> {
    let text = format!("{{\\rtf1\\ansi {}}}", "{\\b some }words ".repeat(size));
    let mut body = vec![0; 4];
    body.extend((text.len() as u32 + 1_000_000).to_le_bytes());
    body.extend(b"MELA\0\0\0\0");
    body.extend(text.into_bytes());
    siblings(vec![stream(PROPERTIES, properties(0..1)), stream("__substg1.0_10090102", body)])
}

/// Rich text that expands as far as it can.
pub(super) fn msg_expanding(size: usize) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.extend((16_u32 << 20).to_le_bytes());
    body.extend(b"LZFu\0\0\0\0");
    body.extend(b"\0{\\rtf1\\ ");
    for _ in 0..size {
        body.push(0xff);
        body.extend([0x00, 0x0f].repeat(8));
    }
    siblings(vec![stream(PROPERTIES, properties(0..1)), stream("__substg1.0_10090102", body)])
}

const HEAD: &str = "Subject: Some words\r\nMIME-Version: 1.0\r\n";

/// A boundary as long as half the message, of a multipart that holds one of many parts.
pub(super) fn eml_boundary(size: usize) -> Vec<u8> {
    let long = "x".repeat(size);
    let inner = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let parts = "--b\r\n\r\n".repeat(size / 8);
    format!("{HEAD}Content-Type: multipart/mixed; boundary={long}\r\n\r\n--{long}\r\n{inner}{parts}").into_bytes()
}

/// As many parts as there are lines.
pub(super) fn eml_empty_parts(size: usize) -> Vec<u8> {
    format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\n\nw w\n".repeat(size)).into_bytes()
}

/// Lines that could end any of twenty multiparts.
pub(super) fn eml_delimiters(size: usize) -> Vec<u8> {
    let open = each(19, |n| {
        format!("Content-Type: multipart/mixed; boundary={}\r\n\r\n--{}\r\n", "-".repeat(50 + n), "-".repeat(50 + n))
    });
    let line = format!("--{}x words\r\n", "-".repeat(49));
    format!("{HEAD}{open}Content-Type: text/plain\r\n\r\n{}", line.repeat(size)).into_bytes()
}

/// Messages in a message, side by side and in each other.
pub(super) fn eml_messages(size: usize) -> Vec<u8> {
    let inner = format!(
        "--b\r\n{}Subject: Inner words\r\n\r\nSome words\r\n",
        "Content-Type: message/rfc822\r\n\r\n".repeat(15)
    );
    format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", inner.repeat(size)).into_bytes()
}

/// Pages that hold each other.
pub(super) fn mhtml_pages(size: usize) -> Vec<u8> {
    let page = |n: usize| {
        format!(
            "--b\r\nContent-Type: text/html\r\nContent-ID: <p{n}>\r\nContent-Location: cid:p{n}\r\n\r\n<iframe src=\"cid:p{}\">x</iframe><p>Some words \
             {n}\r\n",
            size - n
        )
    };
    format!(
        "{HEAD}Content-Type: multipart/related; type=\"text/html\"; boundary=b\r\n\r\n{}--b--\r\n",
        each(size, page)
    )
    .into_bytes()
}

/// Escapes only, and soft breaks only.
pub(super) fn eml_quoted(size: usize) -> Vec<u8> {
    let head = format!("{HEAD}Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>");
    format!("{head}{}{}", "=77=20".repeat(size / 2), "=\r\n".repeat(size)).into_bytes()
}
