# shellcheck shell=bash
# The variables come from bench.sh, and go back to it. Commands are words in a variable.
# shellcheck disable=SC2034,SC2154,SC2086
# Part of bench.sh: the distance to a C program that makes the same system calls, what changes when many containers live, and how little
# memory a start takes.

# --- the floor ---------------------------------------------------------------------------------------------------

# floor.c is compiled with the very seccomp filter that strace sees minirun load.
make_floor() {
    mkdir -p "$out/floor"
    strace -f -v -e trace=seccomp -o "$out/floor/strace" $minirun >/dev/null 2>&1
    sed -n 's/.*filter=\[\(.*\)\]}.*/\1/p' "$out/floor/strace" >"$out/floor/filter.h"
    cc -O2 -static -I "$out/floor" -o "$out/floor/floor" bench/floor.c
}

floor() {
    if [[ $(id -u) != 0 ]] || ! has strace || ! has cc || ! make_floor 2>"$out/floor.log"; then
        echo "(no floor: it takes root, strace and a C compiler)"
        return
    fi
    local i
    peers=() notes=()
    add_peer "minirun" "$minirun"
    add_peer "floor.c" "$out/floor/floor $tree /bin/true"
    add_peer "bubblewrap" "$bwrap"
    add_peer "minirun --version (.NET starts)" "bin/minirun --version"
    time_peers "$out/floor.csv"
    echo "### The floor: the same system calls from C, as root"
    echo
    floor_table "$out/floor.csv"
    peers=()
    for i in 1 2 3 4 5 6; do add_peer "$i" "$out/floor/floor -s $i $tree /bin/true"; done
    add_peer 7 "$out/floor/floor $tree /bin/true"
    time_peers "$out/stages.csv"
    echo "Where the floor's time goes, by ending after each stage:"
    echo
    echo "| up to and with | median ms | more |"
    echo "| --- | ---: | ---: |"
    local names="namespaces and id maps;execveat as fork-news;root and mounts;masks;pivot_root and capabilities;seccomp filter;the command"
    awk -F, -v names="$names" '
        BEGIN { split(names, name, ";") }
        FNR > 1 { printf "| %s | %.2f | %.2f |\n", name[$1], $4 * 1000, $4 * 1000 - before; before = $4 * 1000 }' "$out/stages.csv"
    echo
}

floor_table() {
    echo "| | median ms | ratio to the floor |"
    echo "| --- | ---: | ---: |"
    awk -F, 'FNR == 1 { next }
        NR == FNR { if ($1 == "floor.c") base = $4; next }
        { printf "| %s | %.2f | %.2f |\n", $1, $4 * 1000, $4 / base }' "$1" "$1"
    echo
}

# --- with many alive ---------------------------------------------------------------------------------------------

scale_id=minirun-bench-scale

# percentiles JSON: "p50 | p99", in ms.
percentiles() {
    tr -d ' \n' <"$1" | sed 's/.*"times":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | sort -g |
        awk '{ t[NR] = $1 * 1000 } END { printf "%.2f | %.2f", t[int((NR + 1) / 2)], t[int(NR * 0.99 + 0.5)] }'
}

# measured NAME ARG...: hyperfine's figures of one command.
measured() {
    local json=$out/scale-$1.json
    shift
    without_v2 hyperfine -N --style none --warmup 3 --runs $((runs / 2)) --export-json "$json" "$@" >/dev/null 2>>"$out/scale.log" &&
        percentiles "$json"
}

# scale_row NAME COMMAND COUNT: the COUNT-th container has just been added.
scale_row() {
    local exec run delete
    run=$(measured run "$2 run --bundle $oci_root/limited $scale_id-run")
    exec=$(measured exec "$2 exec $scale_id-1 /bin/true")
    delete=$(measured delete \
        --prepare "sh -c '$2 run --detach --bundle $oci_root/sleeping $scale_id-delete </dev/null >/dev/null 2>&1'" \
        "$2 delete --force $scale_id-delete")
    echo "| $1 | $3 | ${run:-failed |} | ${exec:-failed |} | ${delete:-failed |} |"
}

scale_runtime() {
    local alive=0 count
    for count in "${scale_counts[@]}"; do
        while ((alive < count)); do
            alive=$((alive + 1))
            without_v2 $2 run --detach --bundle "$oci_root/sleeping" "$scale_id-$alive" </dev/null >/dev/null 2>>"$out/scale.log" ||
                { echo "| $1 | $count | failed: see $out/scale.log |"; break 2; }
        done
        scale_row "$1" "$2" "$count"
    done
    scale_end "$2" "$alive"
}

scale_end() {
    local one
    for ((one = 1; one <= $2; one++)); do without_v2 $1 delete --force "$scale_id-$one" >/dev/null 2>&1 || true; done
}

scale() {
    local scale_counts=(1 100 1000)
    [[ -z ${BENCH_QUICK-} ]] || scale_counts=(1 50)
    has runc || { echo "(no runc here: no OCI tables)"; return; }
    oci_bundles
    mkdir -p "$oci_root/sleeping"
    sed 's#"/bin/true"#"sleep", "'"$marker"'"#' "$oci_root/limited/config.json" >"$oci_root/sleeping/config.json"
    echo "### OCI: while other containers live, each with a cgroup of its own (milliseconds)"
    echo
    echo "| | alive | run p50 | p99 | exec p50 | p99 | delete --force p50 | p99 |"
    echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    scale_runtime minirun-oci "$minirun_oci"
    ! works "$crun_oci --version" || scale_runtime crun "$crun_oci"
    echo
}

# --- the smallest limit ------------------------------------------------------------------------------------------

# starts_with COMMAND KIB: five times of five.
starts_with() {
    local try
    mkdir -p "$oci_root/small"
    sed "s/268435456/$(($2 * 1024))/" "$oci_root/limited/config.json" >"$oci_root/small/config.json"
    for try in 1 2 3 4 5; do
        without_v2 timeout 10 $1 run --bundle "$oci_root/small" "$scale_id-small" </dev/null >/dev/null 2>&1 || {
            without_v2 $1 delete --force "$scale_id-small" >/dev/null 2>&1 || true
            return 1
        }
    done
}

smallest() {
    local kib
    for kib in 64 128 192 256 384 512 768 1024 1536 2048 3072 4096 6144 8192 12288 16384; do
        if starts_with "$1" "$kib"; then echo "$kib KiB"; return; fi
    done
    echo "more than $kib KiB"
}

limit() {
    has runc || { echo "(no runc here: no OCI tables)"; return; }
    oci_bundles
    echo "### The smallest memory limit in which a static /bin/true runs"
    echo
    echo "| | |"
    echo "| --- | ---: |"
    echo "| minirun-oci | $(smallest "$minirun_oci") |"
    ! works "$crun_oci --version" || echo "| crun | $(smallest "$crun_oci") |"
    echo "| runc | $(smallest "$runc_oci") |"
    echo
}

# --- cgroup v2 ---------------------------------------------------------------------------------------------------

# In the virtual machine of the tests, an emulated one: its milliseconds are no machine's, only the ratios say something.
cold() {
    local there
    if ! has qemu-system-x86_64 || ! has hyperfine; then
        echo "(no qemu here: no figures of cgroup v2)"
        return
    fi
    there=$(mktemp -d /var/tmp/minirun-cold.XXXXXX)
    cp -a bin/minirun bin/minirun-oci "$(command -v hyperfine)" bench/cold.sh "$tree" "$there"
    echo "### OCI on cgroup v2, cold and warm (emulated machine: only the ratios count)"
    echo
    tests/vm/machine.sh run "$there" /host/cold.sh 2>"$out/cold.log" | grep '^|' || tail -n 3 "$out/cold.log" >&2
    echo
    rm -rf "$there"
}
