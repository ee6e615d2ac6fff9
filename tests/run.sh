#!/bin/bash
# tests/run.sh LABEL [ARG...]: runs every test assembly that `./build.sh test` has built, as the user we are; ARGs go to
# dotnet test. Without ARGs tests/hostile.sh is run as well. Results go to out/test-results/LABEL/: ASSEMBLY.trx, and ASSEMBLY.broken when
# the run itself went wrong.
# tests/run.sh --note LABEL TEXT: records that something around the tests went wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# note_broken NAME TEXT
note_broken() {
    mkdir -p "$results"
    echo "$2" >"$results/$1.broken"
}

# assembly PROJECT-NAME: the built test assembly, whose name may carry the product's before it.
assembly() {
    local candidate
    for candidate in out/bin/"$1"/release*/{,Minirun.}"$1".dll; do
        if [[ -e $candidate ]]; then echo "$candidate"; return; fi
    done
    return 1
}

# running LOG: the tests that ran when the test host went, as vstest's blame collector names them.
running() { awk '/running when the crash occurred/ { on = 1; next } on && NF == 0 { exit } on { printf " in %s", $0 }' "$1"; }

# A test that hangs is named and killed by this; the time limit around it is for a hang outside of any test.
# Spelt as vstest has it, since `dotnet test ASSEMBLY --blame-hang-dump-type none` writes the 280 MB dump all the same.
hang="--Blame:CollectHangDump;TestTimeout=${MINIRUN_HANG_TIMEOUT:-5m};HangDumpType=None"

run_assembly() {
    local name=$1 dll=$2 status=0
    shift 2
    mkdir -p "$results"
    echo
    echo "== $name as $(id -un)"
    timeout --kill-after=30s "${MINIRUN_TEST_TIMEOUT:-45m}" \
        dotnet test "$dll" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        --results-directory "$results" "$hang" "$@" </dev/null 2>&1 | tee "$results/$name.log" || status=$?
    if ((status != 0)) && ! grep -qs '<UnitTestResult .*outcome="Failed"' "$results/$name.trx"; then
        note_broken "$name" "$name broke off with status $status$(running "$results/$name.log")"
    fi
}

if [[ $1 == --note ]]; then
    results=out/test-results/$2
    note_broken run "$3"
    exit
fi

label=$1
results=out/test-results/$label
shift
export MINIRUN_BIN=$PWD/bin MINIRUN_ROOTFS=$PWD/rootfs-samples
for project in tests/*.Tests tests/Clients; do
    name=${project##*/}
    [[ -e $project/$name.csproj ]] || continue
    if dll=$(assembly "$name"); then run_assembly "$name" "$dll" "$@"; else note_broken "$name" "$name is not built"; fi
done
# Tests that are chosen are dotnet's.
[[ $# -gt 0 ]] || env -u RUNTIME tests/hostile.sh "$label"
