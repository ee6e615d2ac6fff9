# shellcheck shell=bash
# The variables come from bench.sh, and go back to it.
# shellcheck disable=SC2154
# Part of bench.sh: how many lines a second go through a monitor, next to podman's conmon.
#
# What makes it fair: both read the same lines from a pipe that one `cat` fills, and write a file (conmon in the format that podman asks
# for). conmon's time begins with `runc start`, so that the container's making is not in it, and ends when conmon does. Resident memory is
# the highest of each (VmHWM).

logs_lines=2000000
[[ -z ${BENCH_QUICK-} ]] || logs_lines=200000
logs_dir=$PWD/$out/logs
logs_id=minirun-bench-logs

logs_input() {
    rm -rf "$logs_dir"
    mkdir -p "$logs_dir"/{bundle,exit}
    awk -v n="$logs_lines" 'BEGIN {
        for (i = 0; i < n; i++) printf "%07d an ordinary line of a log, such as a web server writes for a request %d\n", i, i % 1000
    }' >"$logs_dir/lines"
}

# logs_row NAME SECONDS CPU-SECONDS KIB
logs_row() {
    awk -v name="$1" -v s="$2" -v cpu="$3" -v kib="$4" -v n="$logs_lines" \
        'BEGIN { printf "| %s | %d | %.2f | %.1f |\n", name, n / s, cpu * 1e6 / n, kib / 1024 }'
}

# logs_ours NAME DRIVER [OPTION...]
logs_ours() {
    local name=$1 driver=$2 figures
    shift 2
    rm -f "$logs_dir"/log*
    read -ra figures < <(bin/logpipe "$driver" "$logs_dir/log" "$@" < <(cat "$logs_dir/lines"))
    logs_row "$name" "${figures[@]:0:3}"
}

# A file that is there already: the sample stays as it is.
logs_conmon() {
    local pid state began ended='' cpu='' kib=''
    bin/minirun run --print-spec -v "$logs_dir/lines:/etc/group:ro" "$tree" cat /etc/group </dev/null >"$logs_dir/bundle/config.json"
    state=$logs_dir/runc
    conmon --sync -c $logs_id -u $logs_id -n $logs_id -r "$(command -v runc)" --runtime-arg --root --runtime-arg "$state" \
        -b "$logs_dir/bundle" -p "$logs_dir/pid" \
        -l "k8s-file:$logs_dir/conmon.log" --exit-dir "$logs_dir/exit" --socket-dir-path "$logs_dir/exit" >"$logs_dir/conmon.out" 2>&1 &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        if runc --root "$state" state $logs_id 2>/dev/null | grep -q '"created"'; then break; fi
        sleep 0.05
    done
    began=$(now)
    runc --root "$state" start $logs_id
    while [[ -r /proc/$pid/stat ]]; do
        # Of a process that is gone, or a zombie, there is no VmHWM.
        kib=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
        [[ -n $kib ]] || break
        logs_kib=$kib
        cpu=$(awk '{ print ($14 + $15) / 100 }' "/proc/$pid/stat" 2>/dev/null || true)
        logs_cpu=${cpu:-$logs_cpu}
        sleep 0.01
    done
    wait "$pid" 2>/dev/null || true
    ended=$(now)
    runc --root "$state" delete --force $logs_id 2>/dev/null || true
    # What a read of its own cuts is marked P.
    if (($(grep -c "stdout F" "$logs_dir/conmon.log") != logs_lines)); then
        echo "(conmon did not log all lines)"
        return
    fi
    logs_row "conmon, k8s-file" "$(awk -v us=$((ended - began)) 'BEGIN { print us / 1e6 }')" "$logs_cpu" "$logs_kib"
}

logs() {
    local logs_cpu=0 logs_kib=0
    logs_input
    echo "### Logs: $logs_lines lines of 80 bytes through one monitor"
    echo
    echo "| | lines a second | µs of processor a line | MiB resident |"
    echo "| --- | ---: | ---: | ---: |"
    logs_ours "minirun, json-file" json-file
    logs_ours "minirun, json-file, one file" json-file max-size=-1
    logs_ours "minirun, json-file, compressed" json-file max-size=10m compress=true
    logs_ours "minirun, none" none
    if has conmon && has runc; then logs_conmon; else echo "(no conmon or runc here)"; fi
    echo
    rm -rf "$logs_dir"
}
