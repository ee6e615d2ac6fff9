# Background containers (`run -d` and the rest) on cgroup v2 with systemd, by each runtime that there is.
# scripts for the shell inside; variables of the harness; conditions to wait for
# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154,SC2317

export MINIRUN_ROOT=${HERE-}/engine

# lives NAME ARG...: a background container; its process is in $pid, its cgroup in $cgroup.
lives() {
    minirun run -d --name "$@" >"$HERE/$1.out" 2>&1 </dev/null || { cat "$HERE/$1.out"; false; }
    pid=$(now "$1" .State.Pid)
    cgroup=
    ((pid == 0)) || cgroup=$(cgroup_of "$pid" 2>/dev/null) || true
}

now() { minirun inspect -f "{{$2}}" "$1"; }
is() { [[ $(now "$1" "$2") == "$3" ]]; }
limit() { cat "$cgroup/$1"; }
monitors() { pgrep -f "minirun-monitor $MINIRUN_ROOT" || true; }

# all_gone: of a container in $cgroup, after rm.
all_gone() {
    eventually gone "$cgroup"
    equals "" "$(grep "$MINIRUN_ROOT" /proc/self/mountinfo || true)"
    equals "" "$(ls "$MINIRUN_ROOT/containers")"
    eventually no_monitors
}
no_monitors() { [[ -z $(monitors) ]]; }

# limits_hold RUNTIME
limits_hold() {
    lives box --runtime "$1" --memory 64m --memory-swap 64m --cpus 0.5 --pids-limit 19 "$ROOTFS" sleep 1000
    equals "67108864 50000 100000 19" "$(limit memory.max) $(limit cpu.max) $(limit pids.max)"
    matches "$cgroup" "/minirun-[0-9a-f]{64}[.]scope(/container)?$"
    equals 67108864 "$(minirun exec box cat /sys/fs/cgroup/memory.max)"
    exits 1 minirun exec box mkdir /sys/fs/cgroup/new
    matches "$(minirun stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box)" "/ 64MiB 1$"
    minirun update --memory 96m --memory-swap 96m --pids-limit 23 box
    equals "100663296 23" "$(limit memory.max) $(limit pids.max)"
    minirun restart -t 0 box
    cgroup=$(cgroup_of "$(now box .State.Pid)")
    equals "100663296 23" "$(limit memory.max) $(limit pids.max)"
    minirun rm -f box
    all_gone
}

# stands_still RUNTIME
stands_still() {
    lives box --runtime "$1" "$ROOTFS" sleep 1000
    minirun pause box
    equals paused "$(now box .State.Status)"
    file_has "$cgroup/cgroup.events" '^frozen 1'
    exits 125 minirun exec box true
    contains "$said" paused
    minirun unpause box
    equals "in it" "$(minirun exec box echo in it)"
    minirun rm -f box
    all_gone
}

# out_of_memory RUNTIME
out_of_memory() {
    lives box --runtime "$1" --memory 20m --memory-swap 20m "$ROOTFS" tail /dev/zero
    equals 137 "$(minirun wait box)"
    equals "true oom 137" "$(now box .State.OOMKilled) $(now box .State.Cause) $(now box .State.ExitCode)"
    minirun rm box
}

# methods_hold RUNTIME: what the engine asks of a runtime besides, as tests/Engine.Tests/Execution/DriverFacts.cs has it.
methods_hold() {
    matches "$(minirun info)" "Runtimes: .*$1 [(][0-9]"
    # With the host's network crun 1.8 would have to bind what an ordinary user may not open in the host's /sys.
    exits 127 minirun run --rm --net none --name none --runtime "$1" "$ROOTFS" no-such-command
    exits 126 minirun run --rm --net none --name none --runtime "$1" "$ROOTFS" /etc/passwd
    lives box --runtime "$1" "$ROOTFS" sh -c 'trap "echo caught; exit 9" USR1; echo ready; while :; do sleep 0.05; done'
    eventually says "ready"
    exits 3 minirun exec box sh -c 'exit 3'
    minirun kill -s WINCH box
    equals running "$(now box .State.Status)"
    minirun kill -s USR1 box
    equals 9 "$(minirun wait box)"
    eventually says $'ready\ncaught'
    minirun rm box
    all_gone
    lives box --runtime "$1" "$ROOTFS" sh -c 'trap "" TERM; (setsid sleep 1000 &); echo ready; sleep 1000'
    eventually says "ready"
    eventually counts 2
    minirun stop -t 1 box
    equals 137 "$(now box .State.ExitCode)"
    minirun rm box
    all_gone
    minirun rm -f box
}
says() { [[ $(minirun logs box) == "$1" ]]; }
counts() { (($(wc -l <"$cgroup/cgroup.procs") == $1)); }

The_builtin_runtime_does_what_the_engine_asks_of_it() { methods_hold builtin; }
Crun_does_what_the_engine_asks_of_it() { methods_hold crun; }
Runc_does_what_the_engine_asks_of_it() { methods_hold runc; }

Limits_are_the_scopes_are_shown_and_can_be_changed() { limits_hold builtin; }
Crun_holds_the_same_limits() { limits_hold crun; }
Runc_holds_the_same_limits() { limits_hold runc; }

A_paused_container_stands_still_until_it_goes_on() { stands_still builtin; }
Crun_lets_a_container_stand_still() { stands_still crun; }

A_container_out_of_memory_says_so() { out_of_memory builtin; }
Crun_s_container_out_of_memory_says_so() { out_of_memory crun; }

Who_is_killed_for_another_reason_is_not_out_of_memory() {
    lives box --memory 64m "$ROOTFS" sleep 1000
    kill -KILL "$pid"
    equals 137 "$(minirun wait box)"
    equals "false signal" "$(now box .State.OOMKilled) $(now box .State.Cause)"
    minirun rm box
    all_gone
}

A_process_out_of_memory_is_told_while_the_container_goes_on() {
    lives box --memory 20m --memory-swap 20m "$ROOTFS" sh -c 'tail /dev/zero; sleep 1000'
    eventually is box .State.OOMKilled true
    equals running "$(now box .State.Status)"
    contains "$(minirun events --stream=false --filter event=oom --filter container=box --format '{{.Action}}')" oom
    minirun rm -f box
}

An_executed_process_is_in_the_container_s_cgroup() {
    lives box --pids-limit 19 "$ROOTFS" sleep 1000
    minirun exec -d box sleep 1234
    eventually second
    matches "$(minirun top box)" "sleep 1234"
    minirun rm -f box
    all_gone
}
second() { (($(wc -l <"$cgroup/cgroup.procs") == 2)); }

A_slice_can_be_the_parent() {
    lives box --cgroup-parent vmtest.slice --pids-limit 19 "$ROOTFS" sleep 1000
    matches "$cgroup" '/vmtest[.]slice/minirun-[0-9a-f]*[.]scope$'
    equals "19 19" "$(limit pids.max) $(property "$(basename "$cgroup")" TasksMax)"
    minirun rm -f box
    all_gone
    manager stop vmtest.slice
}

What_it_writes_goes_to_the_journal() {
    lives box --log-driver journald --log-opt tag=box-tag "$ROOTFS" sh -c 'echo to out; echo to err >&2'
    minirun wait box >/dev/null
    eventually in_journal PRIORITY=6 "to out"
    eventually in_journal PRIORITY=3 "to err"
    equals "to out" "$(minirun logs box 2>/dev/null)"
    equals "to err" "$(minirun logs --tail 5 box 2>&1 >/dev/null)"
    minirun rm box
}
in_journal() {
    [[ $(journalctl --quiet --no-pager --output=cat CONTAINER_NAME=box CONTAINER_TAG=box-tag \
        "CONTAINER_ID_FULL=$(<"$HERE/box.out")" "$1") == "$2" ]]
}

A_container_that_fails_is_started_again_in_a_scope_of_its_own() {
    lives box --restart on-failure:2 --pids-limit 19 "$ROOTFS" sh -c 'echo again; exit 4'
    equals 4 "$(minirun wait box)"
    equals "2 exited" "$(now box .RestartCount) $(now box .State.Status)"
    equals $'again\nagain\nagain' "$(minirun logs box)"
    minirun rm box
}

A_health_check_runs_in_the_container() {
    lives box --health-cmd 'test -e /tmp/well' --health-interval 200ms --health-retries 1 --tmpfs /tmp "$ROOTFS" sleep 1000
    eventually is box .State.Health.Status unhealthy
    minirun exec box touch /tmp/well
    eventually is box .State.Health.Status healthy
    minirun rm -f box
    all_gone
}

When_its_monitor_is_killed_the_next_command_after_its_end_clears_the_scope_away() {
    lives box --pids-limit 19 "$ROOTFS" sleep 1000
    kill -KILL "$(now box .State.ConmonPid)"
    equals running "$(now box .State.Status)"
    kill -KILL "$pid"
    eventually is box .State.Status exited
    minirun rm box
    all_gone
}

A_terminal_works_through_each_runtime() {
    local each
    for each in builtin crun; do
        lives "$each" --runtime "$each" -t "$ROOTFS" sh -c 'tty; sleep 1000'
        eventually logged "$each" /dev/
        minirun rm -f "$each"
    done
}
logged() { minirun logs "$1" | grep -q "$2"; }

if [[ $LANE == root ]]; then
    # As where systemd cannot be asked.
    without_bus() { unshare --mount sh -c 'mount -t tmpfs none /run/dbus; mount -t tmpfs none /run/systemd; exec "$@"' - "$@"; }

    Without_a_bus_the_last_container_takes_their_cgroup_away() {
        without_bus minirun run -d --name one "$ROOTFS" sleep 1000 >/dev/null
        without_bus minirun run -d --name two "$ROOTFS" sleep 1000 >/dev/null
        matches "$(cgroup_of "$(now two .State.Pid)")" '/sys/fs/cgroup/minirun/[0-9a-f]{64}$'
        minirun rm -f one
        [[ -d /sys/fs/cgroup/minirun ]] || no "it is gone under a container"
        minirun rm -f two
        gone /sys/fs/cgroup/minirun || no "it is left"
    }

    Runc_s_container_out_of_memory_says_so() { out_of_memory runc; }

    Nothing_that_crun_mounts_reaches_the_host() {
        local before; before=$(sed -E 's/^([^ ]+ ){4}//' /proc/self/mountinfo)
        lives box --runtime crun "$ROOTFS" sleep 1000
        equals "$before" "$(sed -E 's/^([^ ]+ ){4}//' /proc/self/mountinfo)"
        minirun rm -f box
    }
fi
