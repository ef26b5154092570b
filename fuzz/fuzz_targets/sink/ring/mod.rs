//! Where everything stands in a ring.

#[path = "../../../../crates/plimsoll/src/sink/ring/header.rs"]
pub mod header;
#[path = "../../../../crates/plimsoll/src/sink/ring/layout.rs"]
pub mod layout;
