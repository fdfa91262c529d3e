//! Words and signs that tell code.

/// Commands that tell a line of a shell.
pub(crate) const COMMANDS: &[&str] = &[
    "apt",
    "apt-get",
    "awk",
    "bash",
    "brew",
    "cargo",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cmake",
    "cp",
    "curl",
    "dnf",
    "docker",
    "echo",
    "export",
    "gcc",
    "git",
    "go",
    "gpg",
    "grep",
    "gunzip",
    "hg",
    "java",
    "journalctl",
    "kill",
    "kubectl",
    "ls",
    "make",
    "man",
    "mkdir",
    "mkfs",
    "mount",
    "mv",
    "mvn",
    "mysql",
    "node",
    "npm",
    "npx",
    "openssl",
    "pip",
    "pip3",
    "pnpm",
    "psql",
    "python",
    "python3",
    "rm",
    "rpm",
    "rsync",
    "scp",
    "sed",
    "service",
    "sh",
    "ssh",
    "su",
    "sudo",
    "svn",
    "systemctl",
    "tar",
    "tcpdump",
    "touch",
    "unzip",
    "vi",
    "vim",
    "wget",
    "xargs",
    "yum",
];

/// Words of programs that are no evidence: most are in sentences, too.
pub(super) const KEYWORDS: &[&str] = &[
    "bool", "char", "class", "const", "def", "elif", "else", "enum", "false", "fn", "func", "function", "import",
    "int", "let", "new", "null", "private", "public", "return", "static", "string", "struct", "true", "var", "void",
];

/// What a statement with a block begins with.
pub(super) const BLOCKS: &[&str] = &["def", "elif", "for", "if", "match", "switch", "while", "with"];

/// Signs that no word has.
pub(super) const OPERATORS: &[&str] =
    &["==", "!=", "::", "&&", "||", "+=", "-=", ":=", "<=", ">=", "${", "$(", "()", "*/", "/*", "->", "=>"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(COMMANDS.is_sorted() && KEYWORDS.is_sorted());
    }
}
