# containerd's shim drives the runtime: its cgroup files on version 2, OOM events, scopes. As root only.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # scripts for the shell inside; variables of the harness

[[ $LANE == root ]] || return 0

engine=$WORK/containerd
daemon=vm-containerd.service
cli() { ctr --address "$engine/socket" "$@"; }

# ready: containerd runs; the first fact waits for that.
ready() {
    needs_runtime
    [[ ! -e $engine/socket ]] || return 0
    mkdir -p "$engine"
    cat >"$engine/config.toml" <<END
version = 2
root = "$engine/store"
state = "$engine/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$engine/socket"
END
    run_unit --collect --unit="$daemon" --property=Type=notify --property=Delegate=yes --property=KillMode=process \
        "$(type -P containerd)" --config "$engine/config.toml"
}

# background OPTION... -- COMMAND...: a container, box; its cgroup is in $cgroup.
background() {
    local words=()
    while [[ $1 != -- ]]; do words+=("$1"); shift; done
    cli run --detach --null-io --runc-binary "$(command -v "$RUNTIME")" --env PATH=/bin --rootfs "${words[@]}" "$ROOTFS" box "${@:2}"
    cgroup=$(cgroup_of "$(cli task list | awk '$1 == "box" { print $2 }')")
}

removed() { cli task delete --force box && cli container delete box; }
limits() { local each; for each in "$@"; do cat "$cgroup/$each"; done | xargs; }

clean_up() {
    set +eE
    trap - ERR
    removed >/dev/null 2>&1
    for each in $(jobs -p); do kill "$each"; done 2>/dev/null
}

Limits_are_in_the_cgroup_and_metrics_are_read() {
    ready
    background --memory-limit 67108864 --cpus 0.5 -- sleep 1000
    equals "67108864 50000 100000" "$(limits memory.max cpu.max)"
    equals /sys/fs/cgroup/default/box "$cgroup"
    contains "$(cli task metrics box)" "pids.current"
    removed
    eventually gone "$cgroup"
}

A_paused_container_stands_still_until_it_goes_on_or_is_removed() {
    ready
    background -- sh -c 'while :; do sleep 0.05; done'
    cli task pause box
    equals 1 "$(limits cgroup.freeze)"
    fails cli task exec --exec-id early box true
    cli task resume box
    equals 0 "$(limits cgroup.freeze)"
    exits 9 cli task exec --exec-id late box sh -c 'exit 9'
    cli task pause box
    removed
    eventually gone "$cgroup"
}

Exec_is_in_the_containers_cgroup_and_kill_reaches_all() {
    ready
    background -- sleep 1000
    cli task exec --detach --exec-id more box sleep 1003
    equals 2 "$(wc -l <"$cgroup/cgroup.procs")"
    cli task kill --all --signal KILL box
    eventually stopped
}
stopped() { cli task list | grep -q '^box .*STOPPED'; }

Out_of_memory_is_an_event() {
    ready
    cli events >"$HERE/events" &
    background --memory-limit 20971520 -- sh -c 'while :; do tail /dev/zero; sleep 0.1; done'
    eventually file_has "$HERE/events" '/tasks/oom'
}

With_systemd_it_is_a_scope_which_goes_with_it() {
    ready
    background --memory-limit 67108864 --runc-systemd-cgroup --cgroup vmtest.slice:vm:box -- sleep 1000
    equals "active 67108864" "$(property vm-box.scope ActiveState) $(property vm-box.scope MemoryMax)"
    equals /sys/fs/cgroup/vmtest.slice/vm-box.scope "$cgroup"
    cli task pause box
    equals 1 "$(limits cgroup.freeze)"
    cli task resume box
    removed
    eventually no_unit vm-box.scope
    eventually gone "$cgroup"
}

# The last one.
Containerd_leaves_nothing() {
    [[ -e $engine/socket ]] || skip "containerd was not used"
    equals "" "$(cli container list --quiet)"
    equals "" "$(ls -A /run/containerd/runc/default 2>/dev/null)"
    manager kill --signal=KILL "$daemon" # to stop takes it ten seconds
    eventually no_unit "$daemon"
    rmdir /sys/fs/cgroup/default # the parent of ctr's containers stays, with any runtime
    rm -rf --one-file-system "$engine"
}
