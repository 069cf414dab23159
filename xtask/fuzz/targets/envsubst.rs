#![no_main]
#[path = "../src/envsubst.rs"]
mod envsubst;
libfuzzer_sys::fuzz_target!(|data: &[u8]| envsubst::envsubst(data));
