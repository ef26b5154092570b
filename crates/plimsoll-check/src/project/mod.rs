//! What a tree of sources is: its files, its packages, what each is for.

mod manifest;
mod role;
mod walk;

pub(crate) use manifest::{Package, PackageKind, Packages};
pub(crate) use role::Role;
pub(crate) use role::role;
pub(crate) use walk::{SourceFile, Tree, walk};
