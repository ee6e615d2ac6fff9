#!/bin/bash
# tests/vm/fact.sh SUITE FACT: one fact, in a shell of its own, with a deadline; prints its line.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$1 fact=$2 name=${2//_/ }

export HERE=$WORK/fact-$fact
mkdir "$HERE"
started=${EPOCHREALTIME/./}
# shellcheck disable=SC2016 # for the inner shell
timeout --kill-after=10 "${VM_FACT_TIMEOUT:-90}" bash -c '. "$1/harness.sh"; . "$2"; begin; "$3"' - "$here" "$suite" "$fact" \
    >"$HERE/log" 2>&1 </dev/null
status=$?
took=$(((${EPOCHREALTIME/./} - started) / 1000))

# A fact that did not come to an end could not clean up; the next ones shall not suffer.
if [[ $status == 124 || $status == 137 ]]; then
    for each in /sys/fs/cgroup"$CGROUP"/*/; do
        [[ ! -d $each ]] || { echo 1 >"$each/cgroup.kill"; sleep .2; find "$each" -depth -type d -exec rmdir {} +; }
    done
fi

# The last lines say why.
why=$(tail -n 6 "$HERE/log" | cut -c -300 | tr '\n\t' '; ')
case $status in
    0) echo "ok $name # $took ms" ;;
    77) echo "skip $name: $(<"$HERE/skip")" ;;
    124 | 137) echo "not ok $name: no end after ${VM_FACT_TIMEOUT:-90} s: $why" ;;
    *) echo "not ok $name: $why" ;;
esac
rm -rf --one-file-system "$HERE"
