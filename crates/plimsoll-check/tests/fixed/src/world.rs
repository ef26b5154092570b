//! What the calls speak of: each value is shown in its own way and occurs once in a line.

use std::fmt;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Job {
    pub id: u64,
    pub title: String,
    pub user: User,
    pub disk: Disk,
    pub path: PathBuf,
    pub fault: Fault,
    pub waiting: usize,
    pub workers: usize,
}

#[derive(Debug)]
pub struct User {
    pub id: u64,
    pub name: String,
    pub street: String,
}

#[derive(Debug)]
pub struct Disk {
    pub name: &'static str,
}

#[derive(Debug)]
pub struct Fault;

#[derive(Debug)]
pub struct Kept;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of reach")
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.name)
    }
}

impl Job {
    pub fn new() -> Self {
        Self {
            id: 901,
            title: "Copy of \"all\"".to_owned(),
            user: User {
                id: 77,
                name: "Ada B.".to_owned(),
                street: "Kai 3".to_owned(),
            },
            disk: Disk { name: "sdb" },
            path: "/srv/in box".into(),
            fault: Fault,
            waiting: 30,
            workers: 4,
        }
    }
}

/// A macro that hands on what it is given.
macro_rules! handled {
    ($($call:tt)*) => {
        $($call)*
    };
}
pub(crate) use handled;
