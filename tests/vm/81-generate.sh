# Units that minirun writes for containers.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154,SC2317 # scripts for the shell inside; variables of the harness; conditions to wait for

export MINIRUN_ROOT=$HERE/engine
name=vm-$$ # each fact has a shell of its own
unit=container-$name.service
units=("$unit")
directory=$XDG_RUNTIME_DIR/systemd/user
[[ $LANE == user ]] || directory=/run/systemd/system
minirun=$(command -v minirun)

begin_engine() {
    trap 'minirun rm -f "$name" >/dev/null 2>&1; clean_up; rm -f "$directory/$unit"; manager daemon-reload' EXIT
}

# generated OPTION...: the unit is there, and systemd knows it.
generated() {
    mkdir -p "$directory"
    (cd "$directory" && minirun generate systemd --files --name "$@" "$name" >"$HERE/path")
    equals "$directory/$unit" "$(<"$HERE/path")"
    systemd-analyze "$([[ $LANE == user ]] && echo --user || echo --system)" verify "$directory/$unit"
    manager daemon-reload
}

journal_has() { journal "$unit" | grep -q -- "$1"; }
status_is() { [[ $(minirun inspect -f '{{.State.Status}}' "$name") == "$1" ]]; }

A_generated_unit_starts_and_stops_the_container() {
    begin_engine
    minirun create --name "$name" "$ROOTFS" sh -c 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.1; done' >/dev/null
    generated
    manager start "$unit"
    eventually journal_has ready
    status_is running
    manager stop "$unit"
    eventually journal_has bye
    status_is exited
    equals success "$(property "$unit" Result)"
}

A_container_that_dies_of_the_signal_was_stopped_well() {
    begin_engine
    minirun create --name "$name" --init "$ROOTFS" sleep 1000 >/dev/null
    generated
    manager start "$unit"
    eventually status_is running
    manager stop "$unit"
    equals success "$(property "$unit" Result)"
    equals 143 "$(minirun inspect -f '{{.State.ExitCode}}' "$name")"
}

The_exit_code_is_the_units_and_it_is_started_again() {
    begin_engine
    minirun create --name "$name" "$ROOTFS" sh -c 'sleep 0.2; exit 9' >/dev/null
    generated --restart-sec 1
    manager start "$unit"
    restarted() { (($(property "$unit" NRestarts) >= 1)); }
    eventually restarted
    equals 9 "$(minirun inspect -f '{{.State.ExitCode}}' "$name")"
    manager stop "$unit"
}

With_new_the_container_is_made_at_the_start_and_gone_after_the_stop() {
    begin_engine
    minirun create --name "$name" -e 'A=it'\''s "x" $HOME %n \ ;' "$ROOTFS" sh -c 'echo "[$A] $0"; exec sleep 1000' 'a  b' >/dev/null
    generated --new --time 0
    minirun rm "$name" >/dev/null
    manager start "$unit"
    eventually journal_has 'a  b'
    contains "$(journal "$unit")" '[it'\''s "x" $HOME %n \ ;] a  b'
    manager stop "$unit"
    fails minirun inspect "$name"
}

# as_service MODE PROPERTY... -- COMMAND...: a detached container as a unit that systemd waits for. It returns when that is active.
as_service() {
    local properties=() mode=$1
    shift
    while [[ $1 != -- ]]; do properties+=("--property=$1"); shift; done
    shift
    run_unit --unit="$unit" --setenv=MINIRUN_ROOT="$MINIRUN_ROOT" --property=Type=notify "${properties[@]}" \
        "$minirun" run -d --name "$name" --sdnotify="$mode" --stop-timeout 1 -v /host/bin:/mnt:ro \
            --health-cmd 'test -e /dev/well' --health-interval 200ms "$ROOTFS" "$@"
}

unit_is() { [[ $(property "$unit" ActiveState) == "$1" ]]; }

A_detached_container_is_a_service_whose_main_process_is_its_monitor() {
    begin_engine
    as_service conmon -- /bin/sh -c 'until [ -e /dev/go ]; do sleep 0.1; done; exit 9'
    equals active "$(property "$unit" ActiveState)"
    equals "$(minirun inspect -f '{{.State.ConmonPid}}' "$name")" "$(property "$unit" MainPID)"
    minirun exec "$name" touch /dev/go
    eventually unit_is failed
    equals 9 "$(property "$unit" ExecMainStatus)"
}

A_detached_container_says_itself_that_it_is_ready() {
    begin_engine
    as_service container NotifyAccess=all -- /bin/sh -c '/mnt/probe notify READY=1 MAINPID=1 STATUS=inside; exec sleep 1000'
    equals active "$(property "$unit" ActiveState)"
    equals "$(minirun inspect -f '{{.State.ConmonPid}}' "$name")" "$(property "$unit" MainPID)"
    equals inside "$(property "$unit" StatusText)"
    minirun stop "$name" >/dev/null
    status_is exited
}

Of_the_main_process_alone_the_same_is_heard() {
    begin_engine
    as_service container NotifyAccess=main -- /bin/sh -c '/mnt/probe notify READY=1; exec sleep 1000'
    equals active "$(property "$unit" ActiveState)"
}

A_service_is_ready_when_its_check_finds_it_well() {
    begin_engine
    as_service healthy -- /bin/sh -c 'sleep 1; touch /dev/well; exec sleep 1000'
    equals healthy "$(minirun inspect -f '{{.State.Health.Status}}' "$name")"
}

A_container_that_is_never_ready_is_no_service() {
    begin_engine
    fails as_service container NotifyAccess=all TimeoutStartSec=5 -- /bin/sleep 1000
}

The_start_of_a_generated_unit_waits_until_the_container_says_that_it_is_ready() {
    begin_engine
    minirun create --name "$name" --sdnotify container -v /host/bin:/mnt:ro "$ROOTFS" \
        sh -c 'sleep 1; touch /dev/ready; /mnt/probe notify READY=1; trap "exit 0" TERM; while :; do sleep 0.1; done' >/dev/null
    generated
    manager start "$unit"
    minirun exec "$name" ls /dev/ready
    manager stop "$unit"
    equals inactive "$(property "$unit" ActiveState)"
}

The_start_of_a_generated_unit_fails_when_the_command_is_not_there() {
    begin_engine
    minirun create --name "$name" "$ROOTFS" /no/command >/dev/null
    generated --restart-policy no
    fails manager start "$unit"
    equals 127 "$(property "$unit" ExecMainStatus)"
}
