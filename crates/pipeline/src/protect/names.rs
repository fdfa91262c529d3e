//! Tables of names that tell what a word is.

/// Elements of pages with names that are no ordinary words of a sentence in angle brackets.
pub(super) const ELEMENTS: [&str; 36] = [
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "code",
    "div",
    "em",
    "font",
    "form",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "script",
    "select",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tr",
    "u",
    "ul",
];

/// Faces made of signs.
pub(super) const FACES: &[&str] = &[
    ":)", ":-)", ":(", ":-(", ";)", ";-)", ":D", ":-D", ":P", ":-P", ":-/", ":-|", ":'(", "=)", "=D", "^_^", "-_-",
    "xD", "XD", "<3", "</3",
];

/// Endings of names of hosts that are no ordinary words.
pub(super) const HOST_ENDINGS: &[&str] = &["app", "com", "dev", "edu", "gov", "info", "io", "net", "org"];

/// Endings of file names that are no ordinary words.
pub(super) const FILE_ENDINGS: &[&str] = &[
    "bat", "bmp", "bz2", "cfg", "conf", "cpp", "css", "csv", "dll", "dmg", "doc", "docx", "exe", "gif", "gz", "heic",
    "htm", "html", "ini", "iso", "jar", "java", "jpeg", "jpg", "js", "json", "lock", "log", "md", "mp3", "mp4", "odp",
    "ods", "odt", "pdf", "php", "png", "ppt", "pptx", "py", "rb", "rs", "rtf", "sh", "sql", "svg", "tar", "tgz",
    "tiff", "toml", "ts", "tsv", "txt", "wav", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip",
];

/// Kinds of media, by RFC 6838, section 4.2.7.
pub(super) const MEDIA: [&str; 9] =
    ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
/// What is of such a kind and an ordinary word, or as short as one.
pub(super) const MEDIA_NAMES: [&str; 16] = [
    "bmp",
    "css",
    "csv",
    "gif",
    "html",
    "javascript",
    "jpeg",
    "json",
    "mpeg",
    "ogg",
    "pdf",
    "plain",
    "png",
    "rtf",
    "xml",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(FILE_ENDINGS.is_sorted() && MEDIA_NAMES.is_sorted());
    }
}
