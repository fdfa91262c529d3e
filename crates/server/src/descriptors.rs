//! How many connections the system lets this process have.
//!
//! Without this, a process with the usual limit of 1,024 descriptors would accept connections until it could open neither its
//! database nor a document.

/// Descriptors that are not connections of clients: the database, documents, calls to storage.
const SPARE: usize = 256;
/// Fewer connections are no server.
const FEWEST: usize = 16;

/// What `http.max_connections` comes to under the system's limit.
pub(crate) fn connections(configured: usize) -> usize {
    bounded(configured, limit())
}

fn bounded(configured: usize, limit: Option<usize>) -> usize {
    limit.map_or(configured, |limit| configured.min(limit.saturating_sub(SPARE).max(FEWEST)))
}

/// The limit, where the system tells.
pub(crate) fn limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    // "unlimited" is no number and no limit.
    limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_the_rest() {
        assert_eq!(
            [None, Some(20_000), Some(1_024), Some(64)].map(|limit| bounded(4_096, limit)),
            [4_096, 4_096, 768, 16]
        );
        #[cfg(target_os = "linux")]
        assert!(connections(1) == 1);
    }
}
