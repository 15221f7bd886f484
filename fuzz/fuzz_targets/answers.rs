#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| claimwire_fuzz::answers(data));
