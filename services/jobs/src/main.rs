//! The reference job service.

fn main() {}
