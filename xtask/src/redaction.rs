//! `cargo xtask redaction`: how much `plimsoll redact` finds of a labelled collection, beside detect-secrets.
//!
//! The collection is `xtask/corpus/redaction/`: one half to tune the rules by (`tuning`), one half that is only scored
//! (`scored`). Every value is made up. The sign `¦` in the values is taken out when they are read: it keeps scanners of
//! repositories from taking them for leaks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::{Value, json};

use crate::Outcome;

/// The command line of `cargo xtask redaction`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which half
    #[arg(default_value = "scored", value_parser = ["scored", "tuning"])]
    half: String,
    /// Score Plimsoll alone
    #[arg(long)]
    alone: bool,
    /// Name the key of each pair that Plimsoll judged wrongly
    #[arg(long)]
    wrong: bool,
    /// Fail below this precision
    #[arg(long, default_value_t = 0.99)]
    precision: f64,
    /// Fail below this recall
    #[arg(long, default_value_t = 0.97)]
    recall: f64,
}

/// The peer, at the version that the published figures were made with.
const PEER: &str = "detect-secrets==1.5.0";

/// One key with its value and the truth about it.
struct Pair {
    class: String,
    sensitive: bool,
    key: String,
    value: Value,
    /// What must not come out of the value; empty when any change will do.
    secret: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let pairs = read(&crate::root().join(format!("xtask/corpus/redaction/{}.jsonl", args.half)))?;
    let mut columns = vec![("plimsoll", plimsoll(&pairs)?)];
    if !args.alone {
        let peer = install_peer()?;
        columns.push((
            "detect-secrets (JSON lines)",
            detect_secrets(&peer, &pairs, "jsonl")?,
        ));
        columns.push((
            "detect-secrets (Python source)",
            detect_secrets(&peer, &pairs, "py")?,
        ));
    }
    println!("{} pairs of the half `{}`\n", pairs.len(), args.half);
    for (name, hits) in &columns {
        print_scores(name, &pairs, hits);
    }
    let hits = &columns[0].1;
    if args.wrong {
        for (at, pair) in pairs
            .iter()
            .enumerate()
            .filter(|(at, pair)| hits.contains(at) != pair.sensitive)
        {
            println!(
                "{} {}: {} = {}",
                if pair.sensitive {
                    "missed"
                } else {
                    "false alarm"
                },
                at + 1,
                pair.key,
                pair.value
            );
        }
    }
    let all = Score::of(&pairs, hits, |_| true);
    let good = all.precision() >= args.precision && all.recall() >= args.recall;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(path: &Path) -> Result<Vec<Pair>, Box<dyn std::error::Error>> {
    std::fs::read_to_string(path)?
        .lines()
        .map(|line| {
            let pair: Value = serde_json::from_str(line)?;
            let text = |name: &str| pair[name].as_str().unwrap_or_default().to_owned();
            let value = match &pair["value"] {
                Value::String(text) => Value::String(text.replace('¦', "")),
                other => other.clone(),
            };
            Ok(Pair {
                class: text("class"),
                sensitive: pair["sensitive"] == true,
                secret: pair["secret"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|secret| Some(secret.as_str()?.replace('¦', "")))
                    .collect(),
                key: text("key"),
                value,
            })
        })
        .collect()
}

/// The pairs (by their place) that `plimsoll redact` changes, and of whose secrets nothing is left.
fn plimsoll(pairs: &[Pair]) -> Result<BTreeSet<usize>, Box<dyn std::error::Error>> {
    let lines: Vec<String> = pairs
        .iter()
        .map(|pair| json!({ &pair.key: pair.value }).to_string())
        .collect();
    let mut child = Command::new(env!("CARGO"))
        .current_dir(crate::root())
        .args([
            "run",
            "--quiet",
            "--package",
            "plimsoll-cli",
            "--bin",
            "plimsoll",
            "--",
            "redact",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| "the writer panicked")??;
    if !output.status.success() {
        return Err("plimsoll redact failed".into());
    }
    let redacted = String::from_utf8(output.stdout)?;
    if redacted.lines().count() != lines.len() {
        return Err("plimsoll redact did not answer line for line".into());
    }
    Ok(redacted
        .lines()
        .zip(&lines)
        .zip(pairs)
        .enumerate()
        .filter(|(_, ((redacted, line), pair))| redacted != line && !survives(redacted, pair))
        .map(|(at, _)| at)
        .collect())
}

/// Whether a secret of the pair still stands in its redacted line.
fn survives(redacted: &str, pair: &Pair) -> bool {
    let Ok(read) = serde_json::from_str::<Value>(redacted) else {
        return true;
    };
    let value = match &read[&pair.key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    pair.secret.iter().any(|secret| value.contains(secret))
}

fn install_peer() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let home = crate::root().join("target/redaction-peer");
    let program = home.join("bin/detect-secrets");
    if !program.exists() {
        let made = Command::new("python3")
            .args(["-m", "venv"])
            .arg(&home)
            .status()
            .is_ok_and(|status| status.success())
            && Command::new(home.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check", PEER])
                .status()?
                .success();
        if !made {
            return Err(format!(
                "detect-secrets is missing: apt-get install python3-venv && python3 -m venv {home} && {home}/bin/pip install {PEER} \
                 (or score without it: cargo xtask redaction --alone)",
                home = home.display()
            )
            .into());
        }
    }
    Ok(program)
}

/// The pairs that detect-secrets finds when they are the lines of one file.
fn detect_secrets(
    program: &Path,
    pairs: &[Pair],
    form: &str,
) -> Result<BTreeSet<usize>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(format!("pairs.{form}"));
    let lines: Vec<String> = pairs
        .iter()
        .map(|pair| match form {
            "py" => format!(
                "{} = {}",
                pair.key.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
                pair.value
            ),
            _ => json!({ &pair.key: pair.value }).to_string(),
        })
        .collect();
    std::fs::write(&file, lines.join("\n") + "\n")?;
    let output = Command::new(program)
        .current_dir(folder.path())
        .args(["scan", "--all-files", "--no-verify"])
        .arg(&file)
        .output()?;
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let results = found["results"].as_object().ok_or("no results")?;
    Ok(results
        .values()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|finding| finding["line_number"].as_u64())
        .filter_map(|line| usize::try_from(line).ok()?.checked_sub(1))
        .collect())
}

#[derive(Default)]
struct Score {
    found: u32,
    missed: u32,
    alarms: u32,
    quiet: u32,
}

impl Score {
    fn of(pairs: &[Pair], hits: &BTreeSet<usize>, wanted: impl Fn(&Pair) -> bool) -> Self {
        let mut score = Self::default();
        for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| wanted(pair)) {
            match (pair.sensitive, hits.contains(&at)) {
                (true, true) => score.found += 1,
                (true, false) => score.missed += 1,
                (false, true) => score.alarms += 1,
                (false, false) => score.quiet += 1,
            }
        }
        score
    }

    fn precision(&self) -> f64 {
        share(self.found, self.found + self.alarms)
    }

    fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

fn print_scores(name: &str, pairs: &[Pair], hits: &BTreeSet<usize>) {
    let all = Score::of(pairs, hits, |_| true);
    println!(
        "{name}: precision {:.3}, recall {:.3}",
        all.precision(),
        all.recall()
    );
    let classes: BTreeMap<&str, bool> = pairs
        .iter()
        .map(|pair| (pair.class.as_str(), pair.sensitive))
        .collect();
    for (class, sensitive) in classes {
        let score = Score::of(pairs, hits, |pair| pair.class == class);
        if sensitive {
            println!(
                "  {class:18} found {:3} of {:3}  recall {:.3}",
                score.found,
                score.found + score.missed,
                score.recall()
            );
        } else {
            println!(
                "  {class:18} left  {:3} of {:3}",
                score.quiet,
                score.quiet + score.alarms
            );
        }
    }
    println!();
}
