//! The tables, in Markdown.

use std::collections::BTreeMap;

use bench_common::table::{Table, number};

use crate::cell::{Measure, Target, Work};
use crate::plan::{Key, NON_BLOCKING, PEERS, Results, key};

const ALL: [Work; 5] = [Work::W1, Work::W2, Work::W3, Work::W4, Work::W5];

/// What the standard's log pipeline is held to: instructions of W1 to W5.
const TARGETS: [f64; 5] = [2_300.0, 2_700.0, 3_700.0, 15.0, 3_200.0];

pub fn print(results: &Results, form: &BTreeMap<String, Vec<String>>) {
    eprintln!();
    instructions(results);
    allocations(results);
    time(results);
    non_blocking(results);
    println!("### What each writes\n");
    let mut table = Table::new(&["peer", "differences of form"]);
    for (peer, notes) in form {
        let notes = if notes.is_empty() {
            "none".to_owned()
        } else {
            notes.join("; ")
        };
        table.row(&[peer.clone(), notes]);
    }
    println!("Every line of every peer was parsed and has the values that were logged.\n\n{table}");
}

fn get(results: &Results, cell: Key, peer: &str, name: &str) -> Option<f64> {
    results.get(&(cell, peer.to_owned()))?.get(name).copied()
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

fn instructions(results: &Results) {
    let cell = |work| key(Measure::Instructions, Target::Nowhere, work, 1);
    let count = |peer: &str, work| get(results, cell(work), peer, "instructions");
    if !PEERS.iter().any(|peer| count(peer, Work::W1).is_some()) {
        return;
    }
    println!("### Instructions in user space an event, by the caller (nowhere, 1 thread)\n");
    let mut table = Table::new(&["peer", "W1", "W2", "W3", "W4", "W5", "W1 / floor-tracing"]);
    for peer in PEERS {
        let mut row = vec![(*peer).to_owned()];
        row.extend(ALL.map(|work| shown(count(peer, work))));
        let floor = count("floor-tracing", Work::W1);
        row.push(shown(
            count(peer, Work::W1)
                .zip(floor)
                .map(|(own, floor)| own / floor),
        ));
        if row[1] != "-" {
            table.row(&row);
        }
    }
    let mut row = vec!["*target for plimsoll*".to_owned()];
    row.extend(TARGETS.map(number));
    row.push(String::new());
    table.row(&row);
    println!("{table}");
}

fn allocations(results: &Results) {
    let cell = |work| key(Measure::Time, Target::Nowhere, work, 1);
    let count = |peer: &str, work| get(results, cell(work), peer, "allocations");
    if !PEERS.iter().any(|peer| count(peer, Work::W1).is_some()) {
        return;
    }
    println!("### Allocations an event, by the caller (nowhere, 1 thread)\n");
    let mut table = Table::new(&["peer", "W1", "W2", "W3", "W4", "W5"]);
    for peer in PEERS {
        let mut row = vec![(*peer).to_owned()];
        row.extend(ALL.map(|work| shown(count(peer, work))));
        if row[1] != "-" {
            table.row(&row);
        }
    }
    println!("{table}");
}

fn time(results: &Results) {
    for (target, works, title) in [
        (Target::Nowhere, &ALL[..], "to nowhere"),
        (Target::File, &ALL[..3], "to a file, one write(2) a line"),
    ] {
        let value = |peer: &str, work, threads| {
            let cell = key(Measure::Time, target, work, threads);
            let median = get(results, cell, peer, "median")?;
            let least = get(results, cell, peer, "least")?;
            Some(format!("{} ({})", number(median), number(least)))
        };
        if !PEERS.iter().any(|peer| value(peer, Work::W1, 1).is_some()) {
            continue;
        }
        println!("### The caller's time, ns an event, {title}: median of the rounds (least)\n");
        let mut heading = vec!["peer".to_owned()];
        heading.extend(works.iter().map(|work| format!("{work:?}")));
        heading.push("W1, 2 threads".to_owned());
        let mut table = Table::new(&heading);
        for peer in PEERS {
            let mut row = vec![(*peer).to_owned()];
            let cells = works.iter().map(|work| value(peer, *work, 1));
            row.extend(cells.map(|cell| cell.unwrap_or_else(|| "-".to_owned())));
            row.push(value(peer, Work::W1, 2).unwrap_or_else(|| "-".to_owned()));
            if row[1] != "-" {
                table.row(&row);
            }
        }
        println!("{table}");
    }
}

fn non_blocking(results: &Results) {
    for (measure, work, threads, title) in [
        (
            Measure::Burst,
            Work::W1,
            1,
            "W1, 1 thread, a burst of 100 000",
        ),
        (
            Measure::Burst,
            Work::W2,
            1,
            "W2, 1 thread, a burst of 100 000",
        ),
        (
            Measure::Burst,
            Work::W3,
            1,
            "W3, 1 thread, a burst of 100 000",
        ),
        (
            Measure::Burst,
            Work::W1,
            2,
            "W1, 2 threads, bursts of 100 000 each",
        ),
        (
            Measure::Paced,
            Work::W1,
            1,
            "W1, 1 thread at 20 000 events a second",
        ),
        (
            Measure::Paced,
            Work::W1,
            2,
            "W1, 2 threads at 20 000 events a second each",
        ),
    ] {
        let cell = key(measure, Target::NonBlocking, work, threads);
        if !NON_BLOCKING
            .iter()
            .any(|peer| get(results, cell, peer, "p50").is_some())
        {
            continue;
        }
        println!("### Non-blocking, to a file: {title}; ns a call\n");
        let mut table = Table::new(&[
            "peer",
            "p50",
            "p99",
            "p99.9",
            "max",
            "k lines/s kept",
            "lost %",
        ]);
        for peer in NON_BLOCKING {
            if get(results, cell, peer, "p50").is_none() {
                continue;
            }
            let mut row = vec![(*peer).to_owned()];
            row.extend(
                ["p50", "p99", "p99.9", "max"].map(|name| shown(get(results, cell, peer, name))),
            );
            row.push(shown(
                get(results, cell, peer, "kept_per_second").map(|rate| rate / 1000.0),
            ));
            row.push(shown(get(results, cell, peer, "lost_percent")));
            table.row(&row);
        }
        println!("{table}");
    }
}
