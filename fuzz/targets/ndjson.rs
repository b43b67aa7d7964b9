//! Whatever the bytes, the NDJSON reader answers with records and issues, never with a panic.
#![no_main]

use connectors::file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = file::read_ndjson_bytes(bytes);
});
