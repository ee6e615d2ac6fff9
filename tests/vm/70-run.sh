# minirun run: a start with all defaults, and the limits it can be given.
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2317 # scripts for the shell inside; variables of the harness

# runs ARG...: `minirun run` in the background, with these flags; its process is in $pid, its cgroup in $cgroup.
runs() {
    minirun run --pidfile "$HERE/pid" "$@" "$ROOTFS" /bin/sleep 1000 >"$HERE/run.out" 2>&1 </dev/null &
    runner=$!
    eventually test -s "$HERE/pid" || { cat "$HERE/run.out"; false; }
    pid=$(<"$HERE/pid")
    cgroup=$(cgroup_of "$pid")
}

ends() {
    kill -KILL "$pid"
    wait "$runner" || true
}

limit() { cat "$cgroup/$1"; }

A_command_runs_with_all_defaults() {
    equals "hello 0" "$(minirun run "$ROOTFS" /bin/sh -c 'echo hello $(id -u)')"
}

The_exit_status_of_the_command_comes_back() {
    exits 3 minirun run "$ROOTFS" /bin/sh -c 'exit 3'
    exits 127 minirun run "$ROOTFS" no-such-command
}

A_command_can_have_a_network_of_its_own() {
    equals lo "$(minirun run --net none "$ROOTFS" /bin/ls /sys/class/net)"
}

A_read_only_and_an_ephemeral_root_work() {
    exits 1 minirun run --read-only "$ROOTFS" /bin/touch /new
    exits 0 minirun run --ephemeral "$ROOTFS" /bin/touch /new
    [[ ! -e $ROOTFS/new ]] || no "/new is there"
}

Memory_is_limited() {
    runs --memory 64m
    equals 67108864 "$(limit memory.max)"
    ends
    eventually gone "$cgroup"
}

What_a_container_may_use_is_read_inside_and_not_written() {
    local more
    for more in "" "--net none" "--cgroupns host" "--net none --cgroupns host"; do
        # shellcheck disable=SC2086 # several words
        equals "67108864 19" "$(minirun run --memory 64m --pids-limit 19 $more "$ROOTFS" \
            /bin/sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max)')"
        # shellcheck disable=SC2086
        exits 1 minirun run --memory 64m $more "$ROOTFS" /bin/sh -c 'echo max >/sys/fs/cgroup/memory.max || mkdir /sys/fs/cgroup/new'
        contains "$said" "Read-only file system"
    done
}

Memory_and_swap_are_limited() {
    runs --memory 64m --memory-swap 96m
    equals "67108864 33554432" "$(limit memory.max) $(limit memory.swap.max)"
    ends
}

Memory_beyond_the_limit_ends_the_command_with_137() {
    exits 137 minirun run --memory 20m --memory-swap 20m "$ROOTFS" tail /dev/zero
}

Processor_time_is_limited() {
    runs --cpus 0.5
    equals "50000 100000" "$(limit cpu.max)"
    ends
}

Fewer_shares_of_run_are_a_lower_weight() {
    runs --cpu-shares 512
    (($(limit cpu.weight) >= 2 && $(limit cpu.weight) < 100)) || no "the weight is $(limit cpu.weight)"
    ends
}

Processors_are_limited() {
    runs --cpuset-cpus 1
    equals 1 "$(limit cpuset.cpus)"
    ends
}

Processes_are_limited() {
    runs --pids-limit 19
    equals 19 "$(limit pids.max)"
    ends
}

A_block_weight_is_set() {
    runs --blkio-weight 500
    [[ -e $cgroup/io.weight ]] || skip "no io controller here"
    equals "default 4950" "$(limit io.weight)"
    ends
}

A_parent_cgroup_is_where_the_container_is() {
    mkdir "/sys/fs/cgroup$CGROUP/parent"
    runs --cgroup-parent "$CGROUP/parent" --pids-limit 19
    local where=$cgroup
    ends
    eventually gone "$where"
    rmdir "/sys/fs/cgroup$CGROUP/parent"
    [[ $where == /sys/fs/cgroup$CGROUP/parent/* ]] || no "it is in $where"
}

Any_key_of_the_cgroup_can_be_set() {
    runs --cgroup-conf memory.high=50331648 --cgroup-conf pids.max=21
    equals "50331648 21" "$(limit memory.high) $(limit pids.max)"
    ends
}

A_limit_of_run_that_makes_no_sense_is_refused() {
    exits 125 minirun run --memory lots "$ROOTFS" /bin/true
    contains "$said" lots
}

# without_bus COMMAND...: neither the system's nor the user's can be reached.
without_bus() {
    if [[ $LANE == root ]]; then
        unshare --mount sh -c 'mount -t tmpfs none /run/dbus; mount -t tmpfs none /run/systemd; exec "$@"' - "$@"
    else
        env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$HERE" "$@"
    fi
}

Without_a_bus_limits_hold_all_the_same() {
    local script='echo ran; i=0; while [ $i -lt 40 ]; do i=$((i + 1)); sleep 1000 & done'
    exits 2 without_bus minirun run --pids-limit 19 "$ROOTFS" /bin/sh -c "$script"
    contains "$said" ran
    contains "$said" "can't fork"
}

# A cgroup that root was given needs no systemd: the line is for a place where nothing is delegated.
not_delegated() {
    if [[ $LANE == root ]]; then run_unit --wait --pipe --collect --setenv=PATH="$PATH" "$@"; else "$@"; fi
}

Without_a_bus_a_line_says_that_systemd_does_not_hold_the_container() {
    # The shell that starts is the harness's own: systemd cannot call a function.
    local without=(env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$HERE")
    [[ $LANE != root ]] || without=(unshare --mount sh -c 'mount -t tmpfs none /run/dbus; mount -t tmpfs none /run/systemd; exec "$@"' -)
    exits 0 not_delegated "${without[@]}" minirun run --pids-limit 19 "$ROOTFS" /bin/true
    contains "$said" cgroupfs
}

With_a_bus_or_a_delegated_cgroup_no_line_is_said() {
    exits 0 minirun run --pids-limit 19 "$ROOTFS" /bin/true
    equals "" "$said"
    exits 0 not_delegated minirun run --pids-limit 19 "$ROOTFS" /bin/true
    equals "" "$said"
}

The_cgroup_is_where_systemd_expects_it() {
    runs --pids-limit 19
    local where=$cgroup expected="/sys/fs/cgroup${CGROUP%/*}/minirun-[^/]*"
    ends
    eventually gone "$where"
    [[ $LANE == root ]] || expected='/user@[0-9]+.service/user.slice/minirun-.*[.]scope'
    matches "$where" "$expected$"
}
