#!/usr/bin/env bash
# Times `plimsoll check` on whole trees beside ruff (T20, G, S105-S107) and ast-grep with comparable rules, in MB per second of processor time.
# Usage: bench/check/compare.sh TREE...
# Needs a release build of plimsoll, and `ruff` and `ast-grep` (PyPI: ruff, ast-grep-cli) on PATH; what is not there is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
plimsoll=${PLIMSOLL:-"$here/../../target/release/plimsoll"}
runs=${RUNS:-5}

best() { # bytes, command...: the least processor time of several runs, as MB/s of one core
    local bytes=$1 fastest="" used
    shift
    for _ in $(seq "$runs"); do
        used=$({ TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 || true; } 2>&1 | tail -1 | awk '{ print $1 + $2 }')
        fastest=$(awk -v a="${fastest:-1e9}" -v b="$used" 'BEGIN { print (b < a) ? b : a }')
    done
    awk -v b="$bytes" -v s="$fastest" 'BEGIN { printf "%8.1f MB/s  (%.2f s of processor time)\n", b / 1e6 / s, s }'
}

for tree in "$@"; do
    for language in rs py; do
        bytes=$(find -L "$tree" -name "*.$language" -type f -printf '%s\n' | awk '{ s += $1 } END { print s + 0 }')
        [ "$bytes" -gt 500000 ] || continue
        echo "$tree: $((bytes / 1000)) kB of .$language"
        printf '  %-26s' "plimsoll check"
        best "$bytes" "$plimsoll" check "$tree" --format json --threads 1
        if [ "$language" = py ] && command -v ruff >/dev/null; then
            printf '  %-26s' "ruff T20,G,S105-107"
            RAYON_NUM_THREADS=1 best "$bytes" ruff check --isolated --no-cache --select T20,G,S105,S106,S107 "$tree"
        fi
        if command -v ast-grep >/dev/null; then
            printf '  %-26s' "ast-grep, print/log/loop"
            best "$bytes" ast-grep scan --threads 1 --rule "$here/$language.yml" "$tree"
        fi
    done
done
