#!/bin/bash
# ./build.sh bench: what a start costs, next to bubblewrap, crun and runc. Markdown on stdout and in out/bench/bench.md.
# BENCH_QUICK=1 takes fewer samples. As root there is a second table, made as an ordinary user.
#
# What makes it fair:
# - hyperfine runs all peers of a table in one call, without a shell between; we quote medians, and ratios to bubblewrap.
# - All start the same static /bin/true in the same tree, in new user, pid, uts, ipc and mount namespaces, on the host's network.
#   minirun runs with its defaults, which do more than bubblewrap's here: cgroup namespace, devpts, shm, mqueue, sysfs, masks,
#   capabilities. The OCI runtimes get the very bundle that `minirun run --print-spec` prints for it.
# - crun goes without cgroups (--cgroup-manager=disabled), as minirun does; runc cannot, its figure includes making one.
# - crun (and its --cgroup-manager=disabled) refuses a hybrid hierarchy, cgroup v1 with v2 at /sys/fs/cgroup/unified. So there hyperfine
#   itself, with all its peers, runs in a private mount namespace in which the v2 tree is unmounted; the machine does not change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C

tree="rootfs-samples/busybox"
out=out/bench
if [[ -n ${BENCH_QUICK-} ]]; then
    runs=30 warmup=3 starts=100 live_counts=(0 50)
else
    runs=300 warmup=20 starts=1000 live_counts=(0 100 1000)
fi
# An argument of our own to sleep, by which we know our live containers again.
marker=$((1000000 + $$))

minirun="bin/minirun run $tree /bin/true"
minirun_single="bin/minirun run --userns single $tree /bin/true"
bwrap="bwrap --unshare-user --unshare-pid --unshare-uts --unshare-ipc --bind $tree / --proc /proc --dev /dev /bin/true"
crun="crun --cgroup-manager=disabled run --bundle $out/bundle minirun-bench-crun"
runc="runc run --bundle $out/bundle minirun-bench-runc"

has() { command -v "$1" >/dev/null; }
works() { hyperfine_alone --runs 1 "$1" >/dev/null 2>&1; }
hyperfine_alone() { without_v2 hyperfine -N --warmup 0 "$@"; }

# without_v2 COMMAND...: see above; only root, and only where the hierarchy is hybrid.
without_v2() {
    if [[ $(id -u) == 0 ]] && mountpoint -q /sys/fs/cgroup/unified; then
        unshare --mount --propagation private sh -c 'umount /sys/fs/cgroup/unified && exec "$@"' sh "$@"
    else
        "$@"
    fi
}

# --- 1: one start after another ----------------------------------------------------------------------------------

make_bundle() {
    mkdir -p "$out/bundle"
    bin/minirun run --print-spec "$tree" /bin/true </dev/null >"$out/bundle/config.json"
}

# add_peer NAME COMMAND: to hyperfine's arguments, if the command works here. No commas in names: they go through CSV.
add_peer() {
    if works "$2"; then peers+=(-n "$1" "$2"); else notes+=("$1: does not run here"); fi
}

# time_peers CSV: one hyperfine call for all of $peers. Output of the containers is discarded by hyperfine.
time_peers() {
    without_v2 hyperfine -N --style none --warmup "$warmup" --runs "$runs" --export-csv "$1" "${peers[@]}" >/dev/null 2>"$1.log" || {
        cat "$1.log" >&2
        exit 1
    }
}

# table CSV: milliseconds, and ratios to bubblewrap (or to the first row).
table() {
    echo "| | median ms | min ms | max ms | ratio |"
    echo "| --- | ---: | ---: | ---: | ---: |"
    awk -F, 'FNR == 1 { next }
        NR == FNR { if (base == 0 || $1 == "bubblewrap") base = $4; next }
        { printf "| %s | %.2f | %.2f | %.2f | %.2f |\n", $1, $4 * 1000, $7 * 1000, $8 * 1000, $4 / base }' "$1" "$1"
    ((${#notes[@]} == 0)) || printf '\n%s\n' "${notes[@]}"
    echo
}

median() { awk -F, -v name="$2" '$1 == name { print $4 * 1000 }' "$1"; }

starts_as_root() {
    peers=() notes=()
    make_bundle
    add_peer "minirun" "$minirun"
    add_peer "bubblewrap" "$bwrap"
    add_peer "crun" "$crun"
    add_peer "runc" "$runc"
    add_peer "no container" "$tree/bin/true"
    time_peers "$out/root.csv"
    echo "### One start, as root"
    echo
    table "$out/root.csv"
}

starts_as_user() {
    peers=() notes=()
    add_peer "minirun (one id)" "$minirun_single"
    add_peer "minirun (default)" "$minirun"
    add_peer "bubblewrap" "$bwrap"
    time_peers "$out/user.csv"
    echo "### One start, as an ordinary user"
    echo
    table "$out/user.csv"
}

starts() {
    if [[ $(id -u) != 0 ]]; then starts_as_user; return; fi
    starts_as_root
    tests/run-as-user.sh bin/minirun bench tests/run-as-user.sh "$tree" -- bench/bench.sh starts >"$out/user.md"
    # What else the user's run prints (that it made the user) is not for the table.
    sed -n '/^###/,$p' "$out/user.md"
    rootless_ratio
}

# Root and user in one call, by the same way in (setpriv), on the same copy: else the two differ by more than the user.
rootless_ratio() {
    local dir command as="setpriv --clear-groups --reuid"
    dir=$(mktemp -d /var/tmp/minirun-bench.XXXXXX)
    chmod 755 "$dir"
    cp -a bin/minirun "$tree" "$dir"
    command="$dir/minirun run --userns single $dir/${tree##*/} /bin/true"
    peers=(-n root "$as 0 --regid 0 $command" -n user "$as minirun-test --regid minirun-test $command")
    time_peers "$out/rootless.csv"
    rm -rf "$dir"
    awk -v r="$(median "$out/rootless.csv" root)" -v u="$(median "$out/rootless.csv" user)" \
        'BEGIN { printf "An ordinary user with one id against root with one id: %.2f.\n\n", u / r }'
}

# --- 2: many at once ---------------------------------------------------------------------------------------------

now() { echo "${EPOCHREALTIME/./}"; } # µs

# per_second AT-ONCE COMMAND: the number that xargs appends is one more argument to true.
per_second() {
    local began ended
    began=$(now)
    # shellcheck disable=SC2086 # the commands above hold no spaces but between arguments
    seq "$starts" | xargs -P "$1" -n 1 $2 >/dev/null 2>"$out/throughput.log" ||
        { tail -n 3 "$out/throughput.log" >&2; echo failed; return; }
    ended=$(now)
    echo $((starts * 1000000 / (ended - began)))
}

throughput() {
    local at_once
    echo "### Throughput: containers per second, $starts starts"
    echo
    echo "| at once | minirun | bubblewrap |"
    echo "| ---: | ---: | ---: |"
    for at_once in "$(nproc)" 20 200; do
        echo "| $at_once | $(per_second "$at_once" "$minirun") | $(has bwrap && per_second "$at_once" "$bwrap") |"
    done
    echo
}

# --- 3: memory and system calls ----------------------------------------------------------------------------------

# peak_kib COMMAND: the largest resident set of the command and of all that it waited for.
peak_kib() {
    # shellcheck disable=SC2086
    without_v2 /usr/bin/time -f %M -o "$out/time" $1 >/dev/null 2>&1 && tail -n 1 "$out/time"
}

# calls COMMAND: system calls of the whole tree of processes, the container's command included.
calls() {
    # shellcheck disable=SC2086
    without_v2 strace -f -c -o "$out/strace" $1 >/dev/null 2>&1 && awk '$NF == "total" { print $4 }' "$out/strace"
}

weight_row() {
    local kib='' number=''
    [[ ! -x /usr/bin/time ]] || kib=$(peak_kib "$2") || return 0
    ! has strace || number=$(calls "$2") || number=
    echo "| $1 | $(awk -v k="${kib:-0}" 'BEGIN { if (k) printf "%.1f", k / 1024 }') | $number |"
}

weight() {
    [[ -x /usr/bin/time ]] || echo "(no /usr/bin/time here: no memory figures)"
    echo "### Weight of one start"
    echo
    echo "| | peak RSS, MiB | system calls |"
    echo "| --- | ---: | ---: |"
    weight_row "minirun" "$minirun"
    weight_row "bubblewrap" "$bwrap"
    weight_row "crun" "$crun"
    weight_row "runc" "$runc"
    echo
}

# --- 4: with others alive ----------------------------------------------------------------------------------------

pids_alive() { pgrep -fx "(/bin/)?sleep $marker" || true; }
alive() { pids_alive | wc -l; }
available_kib() { awk '/^MemAvailable/ { print $2 }' /proc/meminfo; }

# wait_until COUNT: that many of our containers are alive, within a minute.
wait_until() {
    local deadline=$((SECONDS + 60))
    until (($(alive) == $1)); do
        ((SECONDS < deadline)) || { echo "bench: waited in vain for $1 live containers; $(alive) are alive" >&2; return 1; }
        sleep 0.1
    done
}

started=()
start_live() {
    while ((${#started[@]} < $1)); do
        bin/minirun run "$tree" sleep "$marker" </dev/null >/dev/null 2>>"$out/live.log" &
        started+=($!)
        disown # bash would tell of each that is killed
    done
    wait_until "$1"
}

# By process id: first each minirun, with which its container must go; then what should not be left, and is told.
stop_live() {
    local left
    ((${#started[@]} == 0)) || kill -KILL "${started[@]}" 2>/dev/null || true
    started=()
    wait_until 0 2>/dev/null && return
    mapfile -t left < <(pids_alive)
    echo "bench: ${#left[@]} containers outlived their minirun" >&2
    kill -KILL "${left[@]}" 2>/dev/null || true
}

live_row() {
    local count=$1 before after csv=$out/live-$1.csv
    before=$(available_kib)
    start_live "$count" || return
    after=$(available_kib)
    hyperfine -N --style none --warmup "$warmup" --runs "$runs" --export-csv "$csv" -n minirun "$minirun" >/dev/null 2>&1
    first=${first:-$(median "$csv" minirun)}
    awk -v n="$count" -v m="$(median "$csv" minirun)" -v f="$first" -v kib=$((before - after)) \
        'BEGIN { printf "| %d | %.2f | %.2f | %s |\n", n, m, m / f, n ? sprintf("%.2f", kib / 1024 / n) : "" }'
}

live() {
    local count first=''
    echo "### One start while other containers live"
    echo
    echo "| alive | median ms | ratio | MiB each |"
    echo "| ---: | ---: | ---: | ---: |"
    for count in "${live_counts[@]}"; do
        live_row "$count" || { echo "| $count | failed | | |"; tail -n 3 "$out/live.log" >&2; }
        stop_live
    done
    echo
}

# --- 5: as the runtime of others ---------------------------------------------------------------------------------

# shellcheck source=bench/oci.sh
. bench/oci.sh

# shellcheck source=bench/scale.sh
. bench/scale.sh

# shellcheck source=bench/logs.sh
. bench/logs.sh

# shellcheck source=bench/engine.sh
. bench/engine.sh

machine() {
    echo "$(nproc) CPUs, Linux $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME"); medians of $runs runs;" \
        "$(for peer in bwrap crun runc; do ! has $peer || $peer --version | head -n 1; done | paste -sd, | sed 's/,/, /g')."
    echo
}

all() {
    machine
    starts
    throughput
    weight
    live
    floor
    oci
    scale
    limit
    cold
    logs
    engine
}

trap 'oci_end; stop_live' EXIT
trap 'exit 130' INT; trap 'exit 143' TERM
mkdir -p "$out"
case ${1:-all} in
    all)
        # Not a pipe: `all` must run in this shell, whose trap knows the live containers.
        all > >(tee "$out/bench.md")
        wait $!
        ;;
    starts | throughput | weight | live | floor | oci | scale | limit | cold | logs | engine) "$1" ;;
    churn) bench/churn.sh "${@:2}" ;;
    order) bench/order.sh ;;
    *)
        echo "usage: bench.sh [starts|throughput|weight|live|floor|oci|scale|limit|cold|logs|engine|churn [SECONDS [LANES]]|order]" >&2
        exit 2
        ;;
esac
