//! Where in a JSON line a byte stands.

enum Step {
    Key(String),
    Index(usize),
}

/// The JSON path (`$.user.tokens[2]`) of the value at `offset`; `None` when the line is no JSON object.
pub(super) fn of(line: &[u8], offset: usize) -> Option<String> {
    if line.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut in_key = false;
    let mut at = 0;
    while at < offset {
        match *line.get(at)? {
            b'"' => {
                let start = at + 1;
                at = start;
                while *line.get(at)? != b'"' {
                    at += if line[at] == b'\\' { 2 } else { 1 };
                }
                if at >= offset {
                    break;
                }
                if in_key && let Some(Step::Key(key)) = steps.last_mut() {
                    *key = String::from_utf8_lossy(&line[start..at]).into_owned();
                    in_key = false;
                }
            }
            b'{' => {
                steps.push(Step::Key(String::new()));
                in_key = true;
            }
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' => {
                steps.pop();
                in_key = false;
            }
            b',' => match steps.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(_)) => in_key = true,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    let mut path = String::from("$");
    for step in &steps {
        match step {
            Step::Key(key) => {
                path.push('.');
                path.push_str(key);
            }
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    Some(path)
}
