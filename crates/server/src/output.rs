//! What the command line says.

use std::io::{ErrorKind, Write as _};

/// One line on standard error. If nobody reads it, there is nobody to tell.
pub(crate) fn report(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// One line on standard output. Whoever stops reading (`| head`) has what they wanted: what is under way is done all the
/// same. What cannot be written for another reason is lost, and the command fails.
pub(crate) fn print(line: &str) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            report(&format!("error: standard output cannot be written: {error}"));
            std::process::exit(1);
        }
        _ => {}
    }
}
