#!/bin/bash
# bench.sh cold, in the machine of tests/vm: what the first container after a pause costs on cgroup v2, where the kernel takes a grace
# period for a process that is moved into a cgroup, and none for one that is born there. HERE is a directory with minirun, minirun-oci,
# hyperfine and a tree of busybox.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C PATH=$PWD:$PATH
mkdir -p bundle state
minirun run --memory 256m --pids-limit 100 --print-spec busybox /bin/true </dev/null | jq '.linux.cgroupsPath = "/cold"' >bundle/config.json

# peers VERB: hyperfine's arguments.
peers() {
    local runtime
    for runtime in minirun-oci crun runc; do
        printf '%s\n' -n "$runtime" "$(command -v $runtime) --root $PWD/state/$runtime run --bundle $PWD/bundle cold"
    done
}

table() {
    awk -F, -v kind="$1" 'FNR > 1 { if (!base) base = $6; printf "| %s | %s | %.1f | %.2f |\n", kind, $1, $6 * 1000, $6 / base }' times.csv
}

mapfile -t all < <(peers)
echo "| | | median ms | ratio |"
echo "| --- | --- | ---: | ---: |"
hyperfine -N --style none --warmup 3 --runs "${RUNS:-20}" --export-csv times.csv "${all[@]}" >/dev/null 2>&1
table "one after the other"
hyperfine -N --style none --prepare "sleep 0.4" --warmup 3 --runs "${RUNS:-20}" --export-csv times.csv "${all[@]}" >/dev/null 2>&1
table "after 0.4 s of rest"
