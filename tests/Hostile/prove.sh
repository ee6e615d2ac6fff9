#!/bin/bash
# tests/Hostile/prove.sh [CASE...]: shows that each case can fail: runs them against naive/, a runtime that does all wrong. Fails when one of them
# does not report that it falls.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile-naive.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cc -O1 -Wall -static -o "$work/naive" "$here/naive/naive.c"
# -: of the cases that naive's command line cannot show; README.md tells what shows them.
NAIVE_PLAN=$here/naive/plan.jq ENGINE=$here/naive/engine RUNTIME=$work/naive "$here/run.sh" "$@" >"$work/tap" || true

awk '
    BEGIN { print "TAP version 14" }
    /^Bail out/ { print; failed = 1 }
    /^#/ { print; next }
    / nothing is left behind/ { next }
    /^ok .* # SKIP/ { count++; print; next }
    /^ok / { count++; failed = 1; sub(/^ok /, "not ok "); print $0 " (withstood by naive)"; next }
    /^not ok / { count++; sub(/^not ok /, "ok "); print $0 " (naive falls)" }
    END { print "1.." count + 0; exit failed || count == 0 }' "$work/tap"
