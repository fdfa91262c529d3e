//! The reader of a Marian model: any bytes are refused or read, in bounded time and memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terjuman_nmt::marian::fuzzing::model(bytes));
