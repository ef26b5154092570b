//! Where everything stands in a ring.

#[path = "../../../../crates/plimsoll/src/sink/ring/header.rs"]
pub mod header;
#[path = "../../../../crates/plimsoll/src/sink/ring/layout.rs"]
#[allow(dead_code, reason = "the fuzz target uses a part")]
pub mod layout;
