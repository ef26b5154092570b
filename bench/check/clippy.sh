#!/usr/bin/env bash
# Times clippy's print lints on one library of this workspace beside `plimsoll check`, in MB per second of processor time.
# Usage: bench/check/clippy.sh PACKAGE
# The package's dependencies are built before the clock starts: what is timed is the package alone. Needs a release build of plimsoll.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
sources=$root/crates/$1/src
plimsoll=${PLIMSOLL:-"$root/target/release/plimsoll"}
bytes=$(find "$sources" -name '*.rs' -printf '%s\n' | awk '{ s += $1 } END { print s }')

clippy() {
    touch "$sources/lib.rs"
    cargo clippy --quiet -p "$1" --lib -- -W clippy::print_stdout -W clippy::print_stderr
}

least() { # command...: the least processor time of several runs, as MB/s of one core
    local fastest=1e9 used
    for _ in $(seq "${RUNS:-5}"); do
        used=$({ TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 || true; } 2>&1 | tail -1 | awk '{ print $1 + $2 }')
        fastest=$(awk -v a="$fastest" -v b="$used" 'BEGIN { print (b < a) ? b : a }')
    done
    awk -v b="$bytes" -v s="$fastest" 'BEGIN { printf "%8.2f MB/s  (%.2f s of processor time)\n", b / 1e6 / s, s }'
}

cd "$root"
clippy "$1" # builds the dependencies, and fails here if anything is wrong
echo "$1: $((bytes / 1000)) kB of .rs"
printf '  %-26s' "plimsoll check"
least "$plimsoll" check "$sources" --format json --threads 1
printf '  %-26s' "clippy print lints"
least clippy "$1"
