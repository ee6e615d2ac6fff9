# shellcheck shell=bash
# The variables come from bench.sh, and go back to it.
# Commands are words in a variable, and go to hyperfine as text.
# shellcheck disable=SC2034,SC2154,SC2086,SC2016
# Part of bench.sh: containers that live on, next to podman: what a user or a test harness waits for.
#
# podman gets a store of its own below out/, a root file system by --rootfs as minirun has it, and no network, which minirun does not make here either.

engine_root=$PWD/$out/engine
engine_minirun="env MINIRUN_ROOT=$engine_root/m $PWD/bin/minirun"
engine_podman="podman --root $engine_root/p/store --runroot $engine_root/p/run --tmpdir $engine_root/p/tmp --cgroup-manager cgroupfs --events-backend file --runtime runc"
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
    if has podman; then without_v2 $engine_podman run -d --name $engine_marker --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs "$PWD/$tree" sleep 100000 >"$out/engine-podman.log" 2>&1 </dev/null || true; fi

    add_peer "minirun" "sh -c 'id=\$($(engine_ours "run -d $tree sleep 1000") </dev/null) && $(engine_ours 'rm -f $id')'"
    has podman && add_peer "podman" "sh -c 'id=\$($(engine_theirs "run -d $rootfs sleep 1000") </dev/null 2>/dev/null) && $(engine_theirs 'rm -f -t 0 $id')'"
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
    local count=1000 began took ids pid pss=0 seen=0 listed
    [[ -z ${BENCH_QUICK-} ]] || count=50
    began=$(now)
    for ((i = 0; i < count; i++)); do $engine_minirun run -d --label bench "$tree" sleep 100000 >/dev/null </dev/null; done
    took=$((($(now) - began) / count))
    for pid in $(pgrep -f "^minirun-monitor $engine_root/m" | head -50); do
        pss=$((pss + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")))
        seen=$((seen + 1))
    done
    began=$(now)
    listed=$($engine_minirun ps -q | wc -l)
    listed="$listed in $((($(now) - began) / 1000)) ms"
    ids=$($engine_minirun ps -q --filter label=bench)
    began=$(now)
    # shellcheck disable=SC2086
    $engine_minirun rm -f $ids >/dev/null
    echo "### Engine: $count containers alive"
    echo
    echo "| | |"
    echo "| --- | ---: |"
    echo "| run -d, one after the other | $(awk -v us=$took 'BEGIN { printf "%.1f ms each", us / 1000 }') |"
    echo "| memory of a monitor (PSS) | $(awk -v kib=$pss -v n=$seen 'BEGIN { printf "%.1f MiB", n ? kib / n / 1024 : 0 }') |"
    echo "| ps | $listed |"
    echo "| rm -f of all | $(awk -v us=$(($(now) - began)) -v n=$count 'BEGIN { printf "%.1f ms each", us / n / 1000 }') |"
    echo
}
