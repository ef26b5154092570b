//! The same patterns for those that take regular expressions.

/// The standard's token formats, and what stands in plain regular expressions for the rest: addresses, URLs with
/// a user, cards, account numbers, keys. Fewer than Plimsoll looks for, which flatters the others.
pub fn all() -> Vec<String> {
    let tokens = plimsoll_standard::sensitive::token_patterns().expect("the standard's own data");
    let mut all: Vec<String> = tokens.into_iter().map(|pattern| pattern.regex).collect();
    all.extend(
        [
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
            r"[a-z][a-z0-9+.-]*://[^\s/@:]+:[^\s/@]+@",
            r"(?i)\b(?:authorization|cookie|set-cookie):\s*\S+",
            r"(?i)\b(?:password|passwd|pwd|secret|token|api[_-]?key)\s*[=:]\s*\S+",
            r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]+",
            r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
            r"\b(?:\d[ -]?){13,19}\b",
            r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
            r"\b\d{3}-\d{2}-\d{4}\b",
            r"\+\d{7,15}\b",
        ]
        .map(str::to_owned),
    );
    all
}
