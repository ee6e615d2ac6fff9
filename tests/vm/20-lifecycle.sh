# Freezing, killing, looking at and going into a container, through its cgroup.
# shellcheck shell=bash disable=SC2016,SC2154 # scripts for the shell inside; variables of the harness

Pause_freezes_and_resume_thaws() {
    started c
    oci pause c
    equals 1 "$(<"$cgroup/cgroup.freeze")"
    eventually file_has "$cgroup/cgroup.events" '^frozen 1'
    equals paused "$(state c)"
    oci resume c
    eventually file_has "$cgroup/cgroup.events" '^frozen 0'
    equals running "$(state c)"
}

Exec_into_a_paused_container_is_refused() {
    started c
    oci pause c
    fails oci exec c /bin/true
    contains "$said" "paused"
}

A_paused_container_can_be_deleted() {
    started c
    oci pause c
    oci delete --force c
    eventually gone "$cgroup"
    eventually gone "/proc/$pid"
}

# has_processes NUMBER DIRECTORY...
has_processes() { [[ $(cat "${@:2}" | wc -l) == "$1" ]]; }

Kill_all_reaches_processes_in_sub_cgroups() {
    started c "(.mounts[] | select(.destination == \"/sys/fs/cgroup\") | .options) = [\"rw\", \"nosuid\", \"noexec\", \"nodev\"]
        | $(shell 'mkdir /sys/fs/cgroup/sub; sleep 1001 & echo $! >/sys/fs/cgroup/sub/cgroup.procs; echo $$ >/dev/null; exec sleep 1000')"
    eventually has_processes 1 "$cgroup/sub/cgroup.procs"
    local inner; inner=$(<"$cgroup/sub/cgroup.procs")
    oci kill --all c KILL
    eventually gone "/proc/$inner"
    eventually gone "/proc/$pid"
    oci delete c
    eventually gone "$cgroup"
}

Kill_all_reaches_what_outlives_the_first_process_without_a_pid_namespace() {
    started c ".linux.namespaces |= map(select(.type != \"pid\"))
        | (.mounts[] | select(.destination == \"/proc\"))
            |= { destination: \"/proc\", type: \"bind\", source: \"/proc\", options: [\"rbind\"] }
        | $(shell 'trap "" TERM; sleep 1001 & sleep 1002 & wait')"
    eventually has_processes 3 "$cgroup/cgroup.procs"
    kill -KILL "$pid"
    eventually has_processes 2 "$cgroup/cgroup.procs"
    oci kill --all c KILL
    eventually has_processes 0 "$cgroup/cgroup.procs"
    oci delete --force c
    eventually gone "$cgroup"
}

Delete_by_force_leaves_no_process_and_no_cgroup() {
    started c "(.mounts[] | select(.destination == \"/sys/fs/cgroup\") | .options) = [\"rw\", \"nosuid\", \"noexec\", \"nodev\"]
        | $(shell 'mkdir -p /sys/fs/cgroup/a/b; sleep 1001 & exec sleep 1000')"
    eventually has_processes 2 "$cgroup/cgroup.procs"
    eventually test -d "$cgroup/a/b"
    oci delete --force c
    eventually gone "$cgroup"
    eventually gone "/proc/$pid"
}

Ps_lists_what_is_in_the_cgroup() {
    started c "$(shell 'sleep 1001 & exec sleep 1000')"
    eventually has_processes 2 "$cgroup/cgroup.procs"
    equals "$(sort -n "$cgroup/cgroup.procs" | xargs)" "$(oci ps --format json c | jq -r '.[]' | sort -n | xargs)"
}

Ps_prints_a_table_like_that_of_ps() {
    without crun -- "prints numbers alone"
    started c "$(shell 'sleep 1001 & exec sleep 1000')"
    eventually has_processes 2 "$cgroup/cgroup.procs"
    matches "$(oci ps c)" "PID.*CMD.*sleep 1000.*sleep 1001"
}

Exec_goes_into_the_cgroup_of_the_container() {
    started c '.linux.resources.pids.limit = 15'
    equals 0::/ "$(oci exec c /bin/cat /proc/self/cgroup)"
    oci exec --detach --pid-file "$HERE/exec.pid" c /bin/sleep 1003
    equals "$(cgroup_of "$pid")" "$(cgroup_of "$(<"$HERE/exec.pid")")"
    eventually has_processes 2 "$cgroup/cgroup.procs"
}

Exec_cannot_pass_the_limit_of_the_container() {
    started c '.linux.resources.pids.limit = 40' # runc itself needs a dozen for exec
    oci exec c /bin/sh -c 'i=0; while [ $i -lt 60 ]; do i=$((i + 1)); sleep 1004 >/dev/null 2>&1 & done' || true
    file_has "$cgroup/pids.events" '^max [1-9]'
}

The_statistics_have_the_shape_of_runc() {
    without crun -- "has no events"
    started c '.linux.resources = { memory: { limit: 67108864 }, pids: { limit: 19 } }'
    local stats; stats=$(oci events --stats c)
    jq -e '.type == "stats" and .id == "c"' <<<"$stats"
    jq -e '.data.memory.usage | .limit == 67108864 and .usage > 0' <<<"$stats"
    jq -e '.data.cpu.usage.total > 0 and (.data.cpu.throttling | type == "object")' <<<"$stats"
    jq -e '.data.pids | .current == 1 and .limit == 19' <<<"$stats"
    jq -e '.data.memory.raw | has("anon") and has("pgfault")' <<<"$stats"
}

The_statistics_tell_the_pressure() {
    without runc crun -- "no pressure in Debian 12's version"
    started c
    oci events --stats c | jq -e '.data | .cpu.psi.some.total >= 0 and .memory.psi.full.avg10 >= 0 and .blkio.psi.some.avg300 >= 0'
}

Events_tell_of_a_kill_for_memory() {
    without crun -- "has no events"
    started c ".linux.resources.memory = { limit: 20971520, swap: 20971520 }
        | $(shell 'until [ -e /tmp/go ]; do sleep 0.1; done; tail /dev/zero; sleep 1000')"
    oci events --interval 1s c >"$HERE/events" 2>&1 &
    eventually file_has "$HERE/events" '"type":"stats"'
    oci exec c /bin/touch /tmp/go
    eventually file_has "$HERE/events" '"type":"oom"'
}
