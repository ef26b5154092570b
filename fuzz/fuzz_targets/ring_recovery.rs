//! Whatever bytes a crash, a bug or a stranger has left in a ring: recovery neither panics nor writes anything but whole JSON
//! objects, and a ring that nobody has broken gives back every line.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

mod sink;

#[derive(Debug, Arbitrary)]
pub struct Input<'a> {
    nonce: u64,
    segments: Vec<Vec<(u8, &'a [u8])>>,
    breaks: Vec<(u16, u8)>,
}

fuzz_target!(|input: Input<'_>| sink::check(&input));
