# shellcheck shell=bash
# The variables come from bench.sh, and go back to it.
# Commands are words in a variable, and go to hyperfine as text.
# shellcheck disable=SC2034,SC2154,SC2086,SC2016
# Part of bench.sh: background containers, next to podman: what a user or a test harness waits for.
#
# podman gets a store of its own below out/, a root file system by --rootfs as minirun has it, and no network, which minirun does not make
# here either.

engine_root=$PWD/$out/engine
engine_minirun="env MINIRUN_ROOT=$engine_root/m $PWD/bin/minirun"
engine_podman="podman --root $engine_root/p/store --runroot $engine_root/p/run --tmpdir $engine_root/p/tmp"
engine_podman+=" --cgroup-manager cgroupfs --events-backend file --runtime runc"
engine_marker=minirun-bench-engine

engine_ours() { echo "$engine_minirun $1"; }
engine_theirs() { echo "$engine_podman $1"; }

# engine_table FILE TITLE
engine_table() {
    ((${#peers[@]} == 0)) && return
    time_peers "$out/$1.csv"
    echo "### $2"
    echo
    table "$out/$1.csv"
    notes=()
    peers=()
}

engine() {
    local rootfs="--network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs $PWD/$tree"
    mkdir -p "$engine_root/p"
    peers=() notes=()
    without_v2 $engine_minirun run -d --name $engine_marker "$tree" sleep 100000 >/dev/null
    if has podman; then
        without_v2 $engine_podman run -d --name $engine_marker --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
            --rootfs "$PWD/$tree" sleep 100000 >"$out/engine-podman.log" 2>&1 </dev/null || true
    fi

    add_peer "minirun" "sh -c 'id=\$($(engine_ours "run -d $tree sleep 1000") </dev/null) && $(engine_ours 'rm -f $id')'"
    has podman && add_peer "podman" \
        "sh -c 'id=\$($(engine_theirs "run -d $rootfs sleep 1000") </dev/null 2>/dev/null) && $(engine_theirs 'rm -f -t 0 $id')'"
    engine_table engine-run "Engine: run -d, then rm -f"

    add_peer "minirun" "$(engine_ours "exec $engine_marker true")"
    has podman && add_peer "podman" "$(engine_theirs "exec $engine_marker true")"
    engine_table engine-exec "Engine: exec"

    add_peer "minirun" "$(engine_ours "logs $engine_marker")"
    has podman && add_peer "podman" "$(engine_theirs "logs $engine_marker")"
    engine_table engine-logs "Engine: logs"

    add_peer "minirun" "$(engine_ours ps)"
    has podman && add_peer "podman" "$(engine_theirs ps)"
    engine_table engine-ps "Engine: ps"

    engine_many
    $engine_minirun rm -f $engine_marker >/dev/null
    has podman && without_v2 $engine_podman rm -f -t 0 $engine_marker >/dev/null 2>&1
    return 0
}

# Many alive: how long it takes to start them, what their monitors weigh, and how quick the commands are among them.
engine_many() {
    local count=1000 rows=() runtime
    [[ -z ${BENCH_QUICK-} ]] || count=50
    engine_live minirun "$(engine_ours '')" "run -d --label bench $tree sleep 100000" "^minirun-monitor $engine_root/m" 'rm -f'
    if has podman; then
        engine_live podman "$(engine_theirs '')" "run -d --label bench $rootfs sleep 100000" \
            "conmon .*-u [0-9a-f]{64} .*$engine_root/p" 'rm -f -t 0'
    fi
    echo "### Engine: $count containers alive"
    echo
    echo "| | run -d, one after the other | memory of a monitor (PSS) | exec | ps | rm -f of all |"
    echo "| --- | ---: | ---: | ---: | ---: | ---: |"
    printf '%s\n' "${rows[@]}"
    echo
}

# engine_live NAME COMMAND RUN PATTERN REMOVE: a row. PATTERN finds the monitors.
engine_live() {
    local began run exec ps remove pid pss=0 seen=0 ids
    began=$(now)
    for ((i = 0; i < count; i++)); do
        without_v2 $2 $3 >/dev/null 2>>"$out/engine-many.log" </dev/null || { rows+=("| $1 | failed after $i |"); break; }
    done
    run=$((($(now) - began) / count))
    for pid in $(pgrep -f "$4" | head -50); do
        pss=$((pss + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")))
        seen=$((seen + 1))
    done
    exec=$(engine_median "$2 exec $engine_marker true")
    ps=$(engine_median "$2 ps -q")
    ids=$(without_v2 $2 ps -q --filter label=bench 2>/dev/null)
    began=$(now)
    without_v2 $2 $5 $ids >/dev/null 2>>"$out/engine-many.log"
    remove=$((($(now) - began) / count))
    rows+=("$(awk -v name="$1" -v run=$run -v kib=$pss -v n=$seen -v exec="$exec" -v ps="$ps" -v remove=$remove \
        'BEGIN { printf "| %s | %.1f ms each | %.1f MiB | %s ms | %s ms | %.1f ms each |",
            name, run / 1000, n ? kib / n / 1024 : 0, exec, ps, remove / 1000 }')")
}

# engine_median COMMAND: ms of one.
engine_median() {
    without_v2 hyperfine -N --style none --warmup 1 --runs 20 --export-csv "$out/engine-median.csv" -n one "$1" >/dev/null 2>&1 &&
        awk -v ms="$(median "$out/engine-median.csv" one)" 'BEGIN { printf "%.1f", ms }'
}
