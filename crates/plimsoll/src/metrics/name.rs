//! What may be registered: names, labels and buckets that every text format and query language takes.

/// Why a metric was refused. The message names the metric and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// The name cannot be written in the text formats or breaks the naming convention.
    #[error("the metric name {name:?} is refused: {reason}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A label name cannot be written or belongs to Prometheus.
    #[error("the label {label:?} of {name} is refused: {reason}")]
    Label {
        /// The metric.
        name: String,
        /// The label as given.
        label: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Bucket bounds that make no histogram.
    #[error("the buckets of {name} are refused: {reason}")]
    Buckets {
        /// The metric.
        name: String,
        /// What is wrong with them.
        reason: String,
    },
    /// The `metrics` facade takes one recorder a process.
    #[cfg(feature = "metrics-facade")]
    #[error(
        "the process has a recorder of the metrics facade already; install Plimsoll's first, or not at all"
    )]
    Recorder,
    /// Another metric already writes under this name.
    #[error(
        "the metric {name} is refused: {taken} is already registered by {by}; choose another name, or the same kind, labels and buckets to share it"
    )]
    Taken {
        /// The metric.
        name: String,
        /// The name that both would write.
        taken: String,
        /// The metric that has it.
        by: String,
    },
}

/// The kind as a registration needs it.
pub(super) use plimsoll_standard::catalogue::Kind;

pub(super) fn check(name: &str, kind: Kind, labels: &[&str]) -> Result<(), MetricError> {
    let refuse = |reason| {
        Err(MetricError::Name {
            name: name.to_owned(),
            reason,
        })
    };
    let mut letters = name.chars();
    if !letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == ':')
        || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':')
    {
        return refuse("use letters, digits and underscores, and start with a letter");
    }
    match kind {
        Kind::Counter if base(name, kind).is_empty() || !name.ends_with("_total") => {
            return refuse("the name of a counter ends in _total");
        }
        Kind::Gauge | Kind::Histogram if name.ends_with("_total") => {
            return refuse("only the name of a counter ends in _total");
        }
        _ => {}
    }
    if ["_bucket", "_count", "_sum", "_created", "_info"]
        .iter()
        .any(|suffix| base(name, kind).ends_with(suffix))
    {
        return refuse(
            "_bucket, _count, _sum, _created and _info are endings that the text formats use themselves",
        );
    }
    for (place, label) in labels.iter().enumerate() {
        let refuse = |reason| {
            Err(MetricError::Label {
                name: name.to_owned(),
                label: (*label).to_owned(),
                reason,
            })
        };
        let mut letters = label.chars();
        if !letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return refuse("use letters, digits and underscores, and start with a letter");
        }
        if label.starts_with("__") {
            return refuse("a leading double underscore is Prometheus' own");
        }
        if matches!(*label, "job" | "instance") {
            return refuse(
                "Prometheus sets this label itself on every scrape; name it after what it holds, such as job_type",
            );
        }
        if matches!((*label, kind), ("le", Kind::Histogram) | ("quantile", _)) {
            return refuse("the text formats use this label themselves");
        }
        if labels.iter().take(place).any(|earlier| earlier == label) {
            return refuse("it is named twice");
        }
    }
    Ok(())
}

/// The name of the family in OpenMetrics: a counter's without `_total`.
pub(super) fn base(name: &str, kind: Kind) -> &str {
    match kind {
        Kind::Counter => name.strip_suffix("_total").unwrap_or(name),
        Kind::Gauge | Kind::Histogram => name,
    }
}

/// The unit that the name ends in, if it is one that `# UNIT` is written for.
pub(super) fn unit(name: &str, kind: Kind) -> Option<&'static str> {
    let base = base(name, kind);
    ["seconds", "bytes"].into_iter().find(|unit| {
        base.strip_suffix(unit)
            .is_some_and(|rest| rest.len() > 1 && rest.ends_with('_'))
    })
}

/// Whether two metrics would write under one name, in either format.
pub(super) fn collide(left: (&str, Kind), right: (&str, Kind)) -> bool {
    let (left_base, right_base) = (base(left.0, left.1), base(right.0, right.1));
    let writes = |(name, kind): (&str, Kind), other: &str| match kind {
        Kind::Histogram => other
            .strip_prefix(name)
            .is_some_and(|rest| matches!(rest, "_bucket" | "_count" | "_sum" | "_created")),
        Kind::Counter => other == name || other.strip_prefix(base(name, kind)) == Some("_created"),
        Kind::Gauge => false,
    };
    left_base == right_base
        || left.0 == right.0
        || writes(left, right.0)
        || writes(right, left.0)
        || writes(left, right_base)
        || writes(right, left_base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_to_do() {
        for (name, kind, labels, word) in [
            ("jobs", Kind::Counter, &[][..], "_total"),
            ("_total", Kind::Counter, &[], "_total"),
            ("depth_total", Kind::Gauge, &[], "_total"),
            ("9lives", Kind::Gauge, &[], "letters"),
            ("a b", Kind::Gauge, &[], "letters"),
            ("größe", Kind::Gauge, &[], "letters"),
            ("", Kind::Gauge, &[], "letters"),
            ("x_bucket", Kind::Gauge, &[], "_bucket"),
            ("x_count_total", Kind::Counter, &[], "_count"),
            ("x", Kind::Gauge, &["job"], "job_type"),
            ("x", Kind::Gauge, &["instance"], "Prometheus"),
            ("x", Kind::Gauge, &["__name__"], "Prometheus"),
            ("x", Kind::Gauge, &["a", "a"], "twice"),
            ("x", Kind::Gauge, &["a-b"], "letters"),
            ("x", Kind::Gauge, &[""], "letters"),
            ("x_seconds", Kind::Histogram, &["le"], "text formats"),
        ] {
            let error = check(name, kind, labels).unwrap_err().to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
    }

    #[test]
    fn the_unit_is_the_end_of_the_name() {
        assert_eq!(
            unit("process_cpu_seconds_total", Kind::Counter),
            Some("seconds")
        );
        assert_eq!(
            unit("process_resident_memory_bytes", Kind::Gauge),
            Some("bytes")
        );
        assert_eq!(unit("jobs_total", Kind::Counter), None);
        assert_eq!(unit("seconds", Kind::Gauge), None);
    }

    #[test]
    fn names_that_write_the_same_sample_collide() {
        for (left, right) in [
            (("a_total", Kind::Counter), ("a", Kind::Gauge)),
            (("a", Kind::Histogram), ("a", Kind::Gauge)),
            (("a_total", Kind::Counter), ("a", Kind::Histogram)),
        ] {
            assert!(
                collide(left, right) && collide(right, left),
                "{left:?} {right:?}"
            );
        }
        assert!(!collide(
            ("a_total", Kind::Counter),
            ("b_total", Kind::Counter)
        ));
    }
}
