//! How the C library deals out memory.
//!
//! glibc keeps an arena a thread and gives large blocks from them, too, once it has seen such blocks freed. A server that
//! works on documents of all sizes then holds free room between what lives: twice what it needs, and rising. With
//! two arenas, and blocks from 256 KiB on given back to the system at once, it holds half as much, and is as fast.
//!
//! **Why `unsafe`:** these are parameters of the C library, which has no safe face. What the environment says
//! (`MALLOC_ARENA_MAX` and its like) is overruled.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "see above: parameters of the allocator")
)]

/// Before the first thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn settle() {
    let parameters = [
        (libc::M_ARENA_MAX, 2),
        (libc::M_MMAP_THRESHOLD, 256 << 10),
        (libc::M_TRIM_THRESHOLD, 4 << 20),
        (libc::M_TOP_PAD, 1 << 20),
    ];
    for (parameter, value) in parameters {
        // SAFETY: the call takes two numbers, sets what they name and touches nothing of ours; no other thread runs yet. What
        // the library does not know it refuses, and all stays as it was.
        unsafe { libc::mallopt(parameter, value) };
    }
}

/// Other libraries are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn settle() {}
