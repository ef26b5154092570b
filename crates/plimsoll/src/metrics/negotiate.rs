//! Which text format a scraper gets.

use super::text::Format;

/// Chooses by the `Accept` header: OpenMetrics 1.0.0 where the scraper ranks it at least as high as plain text
/// (Prometheus does), else the classic format, which everything reads.
pub fn negotiate(accept: &str) -> Format {
    let mut openmetrics = 0.0;
    let mut classic = 0.0_f32;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut quality = 1.0_f32;
        let mut version = None;
        for part in parts {
            match part
                .split_once('=')
                .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim()))
            {
                Some((key, value)) if key == "q" => quality = value.parse().unwrap_or(0.0),
                Some((key, value)) if key == "version" => version = Some(value.trim_matches('"')),
                _ => {}
            }
        }
        match (kind.as_str(), version) {
            ("application/openmetrics-text", None | Some("1.0.0" | "0.0.1")) => {
                openmetrics = f32::max(openmetrics, quality);
            }
            ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => {
                classic = classic.max(quality);
            }
            _ => {}
        }
    }
    if openmetrics > 0.0 && openmetrics >= classic {
        Format::OpenMetrics
    } else {
        Format::Classic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scraper_gets_what_it_prefers() {
        // Prometheus 2.x and 3.x, curl, a browser, and odd ones.
        for (accept, format) in [
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                Format::OpenMetrics,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                Format::OpenMetrics,
            ),
            ("*/*", Format::Classic),
            ("", Format::Classic),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Classic),
            ("application/openmetrics-text", Format::OpenMetrics),
            ("application/openmetrics-text;q=0", Format::Classic),
            (
                "application/openmetrics-text; version=\"1.0.0\" ; q=1",
                Format::OpenMetrics,
            ),
            (
                "application/openmetrics-text;version=2.0.0",
                Format::Classic,
            ),
            (
                "application/openmetrics-text;q=0.3,text/plain;q=0.9",
                Format::Classic,
            ),
            ("APPLICATION/OPENMETRICS-TEXT", Format::OpenMetrics),
            (";;;,,q=", Format::Classic),
        ] {
            assert_eq!(negotiate(accept), format, "{accept}");
        }
    }
}
