# --systemd-cgroup: systemd makes the container's cgroup, as a scope.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # scripts for the shell inside; variables of the harness

flags=(--systemd-cgroup)
slice=vmtest.slice
in_slice=".linux.cgroupsPath = \"$slice:vm:c\""
scope=vm-c.scope
below="makes a cgroup below the scope, and sets limits there"

A_container_is_a_scope_in_the_slice_it_asked_for() {
    without crun -- "$below"
    started c "$in_slice"
    equals active "$(property $scope ActiveState)"
    equals $slice "$(property $scope Slice)"
    equals "/sys/fs/cgroup$(property $scope ControlGroup)" "$cgroup"
    [[ $cgroup == */$slice/$scope ]] || no "it is in $cgroup"
}

A_slice_in_a_slice_is_a_directory_in_a_directory() {
    without crun -- "$below"
    started c '.linux.cgroupsPath = "vmtest-inner.slice:vm:c"'
    [[ $cgroup == */vmtest.slice/vmtest-inner.slice/$scope ]] || no "it is in $cgroup"
}

Without_a_path_there_is_a_scope_all_the_same() {
    without crun -- "$below"
    started nameless 'del(.linux.cgroupsPath)'
    matches "$cgroup" "(system|user|app)\.slice/.*nameless\.scope$"
}

Limits_are_properties_of_the_unit_and_are_in_the_cgroup() {
    without crun -- "$below"
    started c "$in_slice | .linux.resources = { memory: { limit: 67108864, swap: 100663296, reservation: 33554432 },
        cpu: { quota: 50000, period: 100000, shares: 4096, cpus: \"0\" }, pids: { limit: 33 } }"
    equals "67108864 33554432 33554432" "$(property $scope MemoryMax) $(property $scope MemorySwapMax) $(property $scope MemoryLow)"
    equals "500ms 33 0" "$(property $scope CPUQuotaPerSecUSec) $(property $scope TasksMax) $(property $scope AllowedCPUs)"
    equals "$(<"$cgroup/cpu.weight")" "$(property $scope CPUWeight)"
    equals "67108864 33554432 33" "$(<"$cgroup/memory.max") $(<"$cgroup/memory.swap.max") $(<"$cgroup/pids.max")"
    matches "$(<"$cgroup/cpu.max")" "^50000 100000$"
}

Unified_keys_reach_the_cgroup() {
    started c "$in_slice | .linux.resources.unified = { \"memory.high\": \"50331648\", \"pids.max\": \"44\" }"
    equals "50331648 44" "$(<"$cgroup/memory.high") $(<"$cgroup/pids.max")"
}

The_scope_is_the_containers_own_to_divide() {
    started c "$in_slice | .linux.resources.pids.limit = 30"
    equals yes "$(property $scope Delegate)"
}

Limits_hold_when_systemd_reloads() {
    started c "$in_slice | .linux.resources = { memory: { limit: 67108864 }, pids: { limit: 33 }, cpu: { quota: 50000, period: 100000 } }"
    manager daemon-reload
    equals "67108864 33 50000 100000" "$(<"$cgroup/memory.max") $(<"$cgroup/pids.max") $(<"$cgroup/cpu.max")"
}

An_update_reaches_the_unit() {
    without crun -- "$below"
    started c "$in_slice | .linux.resources = { memory: { limit: 67108864 }, pids: { limit: 33 } }"
    oci update --memory 134217728 --pids-limit 55 c
    equals "134217728 55" "$(<"$cgroup/memory.max") $(<"$cgroup/pids.max")"
    equals "134217728 55" "$(property $scope MemoryMax) $(property $scope TasksMax)"
    manager daemon-reload
    equals "134217728 55" "$(<"$cgroup/memory.max") $(<"$cgroup/pids.max")"
}

Exec_goes_into_the_scope() {
    started c "$in_slice"
    equals 0::/ "$(oci exec c /bin/cat /proc/self/cgroup)"
    oci exec --detach --pid-file "$HERE/exec.pid" c /bin/sleep 1003
    equals "$cgroup" "$(cgroup_of "$(<"$HERE/exec.pid")")"
}

Pause_and_resume_work_in_a_scope() {
    started c "$in_slice"
    oci pause c
    equals 1 "$(<"$cgroup/cgroup.freeze")"
    equals paused "$(state c)"
    oci resume c
    equals running "$(state c)"
}

The_unit_is_gone_after_delete() {
    started c "$in_slice"
    oci kill c KILL
    eventually gone "/proc/$pid"
    eventually oci delete c
    eventually no_unit $scope
    eventually gone "$cgroup"
}

The_unit_is_gone_after_a_run_in_the_foreground() {
    ran c "$in_slice | $(shell 'exit 7')"
    equals 7 "$status"
    eventually no_unit $scope
}

A_unit_that_failed_once_is_no_obstacle() {
    ran c "$in_slice | .linux.resources.memory = { limit: 20971520, swap: 20971520 } | $(shell 'exec tail /dev/zero')"
    equals 137 "$status"
    ran c "$in_slice | $(shell 'echo again')"
    contains "$said" again
}

Stopping_the_unit_ends_the_container() {
    started c "$in_slice | $(shell 'trap "exit 0" TERM; sleep 1000 & wait')"
    eventually file_has "/proc/$pid/status" '^SigCgt:.*[4-7c-f]...$' # it has its trap
    manager stop $scope
    eventually gone "/proc/$pid"
    equals stopped "$(state c)"
    oci delete c
}

A_path_that_is_no_slice_prefix_and_name_is_an_error() {
    without crun -- "says that the name is invalid"
    bundle c '.linux.cgroupsPath = "/a/b"'
    containers+=(c)
    fails oci run --bundle "$bundle" c
    contains "$said" "slice:prefix:name"
}

Without_a_bus_systemd_that_was_asked_for_is_an_error() {
    bundle c "$in_slice"
    containers+=(c)
    fails without_bus "$RUNTIME" --root "$HERE/state" --systemd-cgroup run --bundle "$bundle" c
    matches "$said" "[Bb]us|systemd"
}

# without_bus COMMAND...: neither the system's nor the user's can be reached.
without_bus() {
    if [[ $LANE == root ]]; then
        unshare --mount sh -c 'mount -t tmpfs none /run/dbus; mount -t tmpfs none /run/systemd; exec "$@"' - "$@"
    else
        env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$HERE" "$@"
    fi
}
