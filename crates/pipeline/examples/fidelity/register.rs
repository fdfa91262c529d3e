//! The register of known divergences.

/// `file <tab> check <tab> severity <tab> reason`, one a line; `*.md` stands for every file whose name ends so.
const REGISTER: &str = include_str!("register.tsv");

/// The line about a check of a file, if the divergence is known.
pub(crate) fn known(name: &str, check: &str) -> Option<&'static str> {
    REGISTER.lines().find(|line| {
        let mut fields = line.split('\t');
        let is_file = fields.next().is_some_and(|file| match file.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => file == name,
        });
        is_file && fields.next() == Some(check)
    })
}
