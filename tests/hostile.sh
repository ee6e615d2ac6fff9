#!/bin/bash
# tests/hostile.sh LABEL [CASE...]: tests/Hostile as the user we are: the runtime withstands it, and naive does not; without CASE the
# isolation matrix, too. Results go to out/test-results/LABEL/*.tap. With RUNTIME it is about that one only.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
results=out/test-results/$1
shift
mkdir -p "$results"

# suite NAME COMMAND...
suite() {
    local name=$1 status=0
    shift
    timeout --kill-after=30s 20m "$@" </dev/null >"$results/$name.tap" 2>"$results/$name.log" || status=$?
    sed -n '/^#$/,$p; /^Bail out/p' "$results/$name.tap"
    # One that broke off: a failure in it has a line of its own.
    if ((status != 0)) && ! grep -q '^not ok' "$results/$name.tap"; then
        echo "$name broke off with status $status $(grep -h -m1 . "$results/$name.log" | cut -c1-200)" >"$results/$name.broken"
        cat "$results/$name.broken"
    fi
}

echo
echo "== Hostile as $(id -un)"
suite hostile tests/Hostile/run.sh "$@"
[[ -z ${RUNTIME-} ]] || exit 0
suite hostile-naive tests/Hostile/prove.sh "$@"
(($# == 0)) || exit 0
echo
echo "== Isolation matrix as $(id -un)"
suite matrix tests/Hostile/matrix.sh
suite matrix-naive tests/Hostile/prove-matrix.sh
suite check-root tests/Hostile/check-root.sh
