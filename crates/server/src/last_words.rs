//! What is still said when the process goes down by its own doing: on a fault, an abort, a stack that overflowed, memory
//! that could not be had.
//!
//! **Why `unsafe`:** a handler of `SIGSEGV` cannot be had without it, and nothing else hears of such an end. This is the
//! only module outside the engine that has any, and this is all that it relies on:
//!
//! - The handler calls what POSIX allows in a handler (`getpid`, `pwrite`, `sigaction`, `raise`) and
//!   [`cause_of_death`], which reads one number of its thread and formats it on the stack. It takes no lock, allocates
//!   nothing and cannot panic.
//! - What it shares with the rest are atomics, and the old actions, which are written before the handler is installed and
//!   never again.
//! - It runs on the thread's alternative stack, which Rust's runtime gives every thread, so that it runs even when the
//!   stack is what overflowed. It needs a few hundred bytes of it.
//! - It puts back what was installed before it and returns: the fault happens again, and then Rust's own handler says what
//!   it has to say about overflows, or the system ends the process as it would have done. The exit status, a core dump
//!   and a debugger see the original signal.
#![expect(unsafe_code, reason = "see above: handlers of deadly signals")]

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::IntoRawFd as _;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use terjuman_jobs::cause_of_death;

/// The signals that a process's own doing brings about. `SIGKILL` is not among them, and cannot be.
const DEADLY: [c_int; 7] =
    [libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGSEGV, libc::SIGSYS, libc::SIGTRAP];

/// Where the cause is written; negative until there is such a place.
static PLACE: AtomicI32 = AtomicI32::new(-1);
/// What each of [`DEADLY`] did before.
static BEFORE: [OnceLock<libc::sigaction>; DEADLY.len()] = [const { OnceLock::new() }; DEADLY.len()];

/// From now on this process says in the first bytes of the file that it goes down by its own doing. Once a process.
pub(crate) fn go_to(file: &File) -> io::Result<()> {
    // Open until the process ends, whatever becomes of the caller's.
    PLACE.store(file.try_clone()?.into_raw_fd(), Ordering::SeqCst);
    for (signal, before) in DEADLY.into_iter().zip(&BEFORE) {
        // SAFETY: a null pointer asks for the present action, which is written to the valid place given.
        let present = unsafe {
            let mut present = MaybeUninit::<libc::sigaction>::zeroed();
            if libc::sigaction(signal, ptr::null(), present.as_mut_ptr()) != 0 {
                return Err(io::Error::last_os_error());
            }
            present.assume_init()
        };
        if before.set(present).is_err() {
            continue;
        }
        // SAFETY: all zeros is a valid action, of which every field that counts is set; the handler has the signature
        // that `SA_SIGINFO` asks for, and does only what a handler may do, as said above.
        let installed = unsafe {
            let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_deadly_signal;
            action.sa_sigaction = handler as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, ptr::null_mut())
        };
        if installed != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

extern "C" fn on_deadly_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: the system hands a valid description to a handler with `SA_SIGINFO`. The sender is only read of signals
    // that somebody sent.
    let (fault, own) = unsafe {
        let fault = (*info).si_code > 0;
        (fault, fault || (*info).si_pid() == libc::getpid())
    };
    if own {
        let cause = cause_of_death();
        // SAFETY: the buffer is valid for its length, and the file is never closed.
        unsafe { libc::pwrite(PLACE.load(Ordering::SeqCst), cause.as_ptr().cast(), cause.len(), 0) };
    }
    let before = DEADLY.iter().position(|deadly| *deadly == signal).and_then(|index| BEFORE[index].get());
    // SAFETY: an action that the system gave is one that it takes. The signal is blocked while its handler runs, so what
    // is raised comes when this returns.
    unsafe {
        if let Some(before) = before {
            libc::sigaction(signal, before, ptr::null_mut());
        }
        // A fault happens again by itself; what was sent has to be sent again.
        if !fault || !matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE) {
            libc::raise(signal);
        }
    }
}
