//! Calls whose values stand in the text; `--fix` makes fields of them.

use tracing::{debug, error, event, info, trace, warn};

use crate::world::{Disk, Job, Kept, User, handled};

/// Logs each of them once.
pub fn all() {
    let job = Job::new();
    plain(&job);
    by_place(&job);
    borrowed(&job.user, &job.title);
    boxed("disk full".into());
    generic(&4711_u64, &Some("blue"));
    job.methods();
    positions(&job);
    beside_fields(&job);
    texts(&job);
    inside_others(&job);
}

fn plain(job: &Job) {
    let user = &job.user;
    info!("user {user} left");
    info!("user {user:?} left");
    info!("user {} left", user.id);
    debug!("{} jobs, {} workers", job.waiting, job.workers,);
    trace!("opened {}", job.path.display());
}

fn by_place(job: &Job) {
    info!("moved {0} to {1}", job.title, job.path.display());
    info!("moved {1} after {0}", job.waiting, job.title);
    error!("job {id} failed: {err}", id = job.id, err = job.fault);
    warn!("job {id} again: {:?}", job.fault, id = job.id);
}

fn borrowed(user: &User, title: &str) {
    let name: &str = &user.name;
    info!("hello {name}, this is {title}");
    info!("at {}", &user.street);
    let by_reference = &job_number();
    info!("number {}", *by_reference);
    let owned = title.to_owned();
    info!("title {}", owned.as_str());
    info!("title again {owned:?}");
    drop(owned);
}

fn job_number() -> u32 {
    5150
}

fn boxed(fault: Box<dyn std::error::Error + Send + Sync>) {
    error!("write failed: {fault}");
    error!("write failed once more: {:?}", fault);
    error!("write failed in the end: {}", fault.to_string());
}

fn generic<T: std::fmt::Display + ?Sized, D: std::fmt::Debug>(shown: &T, inspected: &D) {
    info!("generic {shown} and {inspected:?}");
    let neither: Result<u8, String> = Err("neither".to_owned());
    if let Err(ref reason) = neither {
        warn!("no answer: {reason}");
    }
    for either in [Ok(9), neither] {
        match either {
            Ok(answer) => info!("answer {answer}"),
            Err(reason) => info!("no answer, because {}", reason),
        }
    }
}

trait Methods {
    fn methods(&self);
}

impl Methods for Job {
    fn methods(&self) {
        warn!("disk {}: {:?}", self.disk.name, self.fault);
        info!("job of {}", self.user.name.clone());
        let later = || info!("later {}", self.disk.name);
        later();
    }
}

fn positions(job: &Job) {
    let id = job.id;
    tracing::info!("whole path {id}");
    tracing::warn!(target: "db", "slow query of {id}");
    info!(target: "db", "read {} of {}", job.waiting, job.title);
    let title = "shadowed";
    event!(tracing::Level::INFO, "event of {title}");
}

fn beside_fields(job: &Job) {
    let rows = 12;
    info!(rows, "read from {}", job.title);
    info!(rows, kept = ?Kept, %job.title, "read by {}", job.user.name);
    tracing::debug!(target: "db", rows, "read {} from {}", job.path.display(), job.title);
}

fn texts(job: &Job) {
    let title = &job.title;
    info!(r#"path "{}" opened"#, job.path.display());
    info!("say \"{title}\" twice");
    info!("braces {{}} of {title}");
    info!("`{title}` (of {}) = {}", job.id, job.waiting);
    info!(
        "a long line that needs three: {}, {}",
        job.title,
        job.disk.name
    );
    info!("percent 100% of {}\tand a tab", job.waiting);
}

fn inside_others(job: &Job) {
    let Disk { name } = &job.disk;
    let values = vec![{
        info!("inside vec {name}");
        1
    }];
    handled!(warn!("inside a macro {name}"));
    for value in values {
        info!("one value {value}");
        let _ = value;
    }
    for waiting in [0, 2] {
        if waiting > 1 { info!("waiting {}", waiting) } else { info!("idle {}", job.id) }
    }
}
