#!/bin/bash
# tests/Hostile/prove.sh [CASE...]: shows that each case can fail: runs them against naive/, a runtime that does all wrong. Fails when one
# of them does not report that it falls.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile-naive.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cc -O1 -Wall -static -o "$work/naive" "$here/naive/naive.c"
NAIVE_PLAN=$here/naive/plan.jq ENGINE=$here/naive/engine RUNTIME=$work/naive "$here/run.sh" "$@" >"$work/tap" || true

# One that broke off has shown nothing: it falls only if it says so.
awk '
    function judge(fell) {
        if (held == "") return
        count++
        if (fell) print "ok " held " (naive falls)"
        else { failed = 1; print "not ok " held " (of naive)" }
        held = ""
    }
    BEGIN { print "TAP version 14" }
    /^not ok / { judge(0); held = substr($0, 8) }
    /^#/ { judge(/^# FALLS: /); print; next }
    / nothing is left behind/ { held = ""; next }
    /^ok .* # SKIP/ { count++; print; next }
    /^ok / { count++; failed = 1; print "not " $0 " (withstood by naive)" }
    /^Bail out/ { print; failed = 1 }
    END { judge(0); print "1.." count + 0; exit failed || count == 0 }' "$work/tap"
