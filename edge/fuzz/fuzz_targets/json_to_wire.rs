#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_edge_fuzz::checks::json_to_wire(bytes));
