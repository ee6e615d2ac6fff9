# minirun run as a unit of systemd.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154,SC2317 # scripts for the shell inside; variables of the harness; conditions to wait for

unit=vm-$$.service # each fact has a shell of its own
units=("$unit")
minirun=$(command -v minirun)

# service PROPERTY... -- COMMAND...: COMMAND in a container, as a unit. Comes back when systemd says that it has started.
service() {
    local properties=()
    while [[ $1 != -- ]]; do properties+=("--property=$1"); shift; done
    shift
    run_unit --unit="$unit" "${properties[@]}" "$minirun" run "${options[@]}" "$ROOTFS" "$@"
}
options=()

journal_has() { journal "$unit" | grep -q -- "$1"; }

A_container_is_a_service() {
    service -- /bin/sleep 1000
    equals active "$(property "$unit" ActiveState)"
    manager stop "$unit"
    [[ $(property "$unit" ActiveState) != active ]] || no "it is still active"
}

What_it_writes_is_in_the_journal() {
    # It stays, since journald asks who wrote a line after it was written.
    service -- /bin/sh -c 'echo to-out-$((40 + 2)); echo to-err-$((40 + 3)) >&2; sleep 1000'
    eventually journal_has to-out-42
    eventually journal_has to-err-43
}

The_exit_status_is_the_services() {
    fails service Type=oneshot -- /bin/sh -c 'exit 9'
    equals 9 "$(property "$unit" ExecMainStatus)"
}

Stopping_the_service_ends_the_container_and_leaves_nothing() {
    local control
    service -- /bin/sh -c 'trap "echo goodbye; exit 0" TERM; echo ready; sleep 1000 & wait'
    eventually journal_has ready
    control=$(property "$unit" ControlGroup)
    manager stop "$unit"
    eventually gone "/sys/fs/cgroup$control"
    eventually journal_has goodbye
}

Killing_minirun_ends_the_container() {
    service -- /bin/sleep 1000
    local control; control=$(property "$unit" ControlGroup)
    manager kill --kill-whom=main --signal=KILL "$unit"
    eventually gone "/sys/fs/cgroup$control"
}

A_service_starts_again_when_it_ends() {
    service Restart=on-failure RestartSec=0 -- /bin/sh -c 'sleep 0.1; exit 1'
    restarted() { (($(property "$unit" NRestarts) >= 2)); }
    eventually restarted
    manager stop "$unit"
}

# The container's own word reaches systemd: systemd-run comes back only then.
Ready_of_the_container_is_ready_of_the_service() {
    options=(-v "${minirun%/*}:/mnt:ro")
    service Type=notify -- /bin/sh -c '/mnt/probe notify READY=1 STATUS=inside; exec sleep 1000'
    equals active "$(property "$unit" ActiveState)"
    equals inside "$(property "$unit" StatusText)"
}

Not_ready_is_not_started() {
    fails service Type=notify TimeoutStartSec=3 -- /bin/sleep 1000
    equals timeout "$(property "$unit" Result)"
}

if [[ $LANE == root ]]; then
    The_limits_of_a_service_with_Delegate_are_below_its_own_cgroup() {
        options=(--pids-limit 19)
        service Delegate=yes -- /bin/sleep 1000
        local control; control=/sys/fs/cgroup$(property "$unit" ControlGroup)
        eventually compgen -G "$control/minirun-*/pids.max"
        equals 19 "$(cat "$control"/minirun-*/pids.max)"
        manager stop "$unit"
        eventually gone "$control"
    }

    The_limits_of_a_service_without_Delegate_are_a_scopes() {
        options=(--pids-limit 19)
        service KillMode=mixed -- /bin/sleep 1000
        eventually compgen -G "/sys/fs/cgroup/system.slice/minirun-*.scope/pids.max"
        local scope; scope=$(compgen -G "/sys/fs/cgroup/system.slice/minirun-*.scope")
        equals "19 19" "$(<"$scope/pids.max") $(property "$(basename "$scope")" TasksMax)"
        manager stop "$unit"
        eventually gone "$scope"
    }
fi
