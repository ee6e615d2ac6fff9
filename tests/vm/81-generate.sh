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
