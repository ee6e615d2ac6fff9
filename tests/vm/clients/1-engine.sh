# Facts about an engine, podman or dockerd, that drives the runtime: sourced by a suite, after it has said
#     cli ARG...      runs the engine's client, with all its options
#     set_up          makes it work, and an image with the name $image; once a suite
#     removed         container box, at once
#     unit_of ID      the name of the unit that a container is with the systemd driver
#     driver          systemd or cgroupfs
#     engine          a directory for what it makes
#     out_of_memory   what it says of a container that ran out of memory, a pattern: OOMKilled and the exit code
#     hears_of_it     it knows that a process of the container ran out of memory
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # scripts for the shell inside; variables of the harness

image=localhost/busybox:test

# ready: the engine works; the first fact of a suite waits for that.
ready() {
    needs_runtime
    [[ ! -e $engine/broken ]] || no "the engine did not start"
    [[ ! -e $engine/ready ]] || return 0
    mkdir -p "$engine"
    touch "$engine/broken"
    set_up
    mv "$engine/broken" "$engine/ready"
}

# image_tar: the root file system of all tests, on stdout.
image_tar() { tar -C "$ROOTFS" -c .; }

# limits FILE...: a line of them all.
limits() { local each; for each in "$@"; do cat "$cgroup/$each"; done | xargs; }

# inspect FORMAT
inspect() { cli inspect --format "$1" box; }

# foreground OPTION... -- COMMAND...: a container; exits as that does. background: its cgroup is in $cgroup, its name is box.
foreground() { with run --network none -- "$@"; }
background() {
    with run --detach --name box --network none -- "$@" >"$HERE/id"
    cgroup=$(cgroup_of "$(inspect '{{.State.Pid}}')")
}
with() {
    local words=()
    while [[ $1 != -- ]]; do words+=("$1"); shift; done
    shift
    while [[ $1 != -- ]]; do words+=("$1"); shift; done
    cli "${words[@]}" "$image" "${@:2}"
}

clean_up() {
    set +eE
    trap - ERR
    [[ ! -e $engine/ready ]] || removed >/dev/null 2>&1
}

Limits_are_in_the_cgroup_and_seen_inside() {
    ready
    background --memory 64m --memory-swap 96m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --pids-limit 33 \
        --cpuset-cpus 0 -- sleep 1000
    equals "67108864 33554432 33554432 50000 100000 33 0" "$(limits memory.max memory.swap.max memory.low cpu.max pids.max cpuset.cpus)"
    (($(limits cpu.weight) < 100)) || no "512 of 1024 shares became $(limits cpu.weight) of 100"
    equals "67108864 33 0::/" "$(cli exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /proc/self/cgroup | xargs)"
    matches "$(cli stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box)" "[1-9].*/ (64MiB|67\.1[01]*MB) 1"
}

An_update_is_in_the_cgroup_and_stays_there() {
    ready
    background --memory 64m --memory-swap 64m --pids-limit 40 -- sleep 1000
    cli update --memory 128m --memory-swap 192m --cpus 0.3 box
    equals "134217728 67108864 30000 100000 40" "$(limits memory.max memory.swap.max cpu.max pids.max)"
    manager daemon-reload
    equals "134217728 67108864 30000 100000 40" "$(limits memory.max memory.swap.max cpu.max pids.max)"
}

Exec_is_in_the_containers_cgroup() {
    ready
    background -- sleep 1000
    exits 9 cli exec box sh -c 'exit 9'
    cli exec --detach box sleep 1003
    eventually two_processes
    equals 3 "$(cli top box | wc -l)"
}
two_processes() { (($(wc -l <"$cgroup/cgroup.procs") == 2)); }

A_paused_container_stands_still_until_it_goes_on_or_is_removed() {
    ready
    background -- sh -c 'while :; do sleep 0.05; done'
    cli pause box
    equals "paused 1" "$(inspect '{{.State.Status}}') $(limits cgroup.freeze)"
    cli unpause box
    equals "running 0" "$(inspect '{{.State.Status}}') $(limits cgroup.freeze)"
    equals here "$(cli exec box echo here)"
    cli pause box
    removed
    eventually gone "$cgroup"
}

[[ $driver == systemd ]] || return 0
# What follows does not depend on the driver, and an emulated machine takes its time.

A_container_that_runs_out_of_memory_is_known() {
    ready
    # The container goes on: an engine that hears of it after the end does not say it, whatever the runtime.
    background --memory 20m --memory-swap 20m -- sh -c 'while :; do tail /dev/zero; sleep 0.1; done'
    eventually hears_of_it
    cli kill box
    eventually known
}
known() { [[ $(inspect '{{.State.OOMKilled}} {{.State.ExitCode}}') =~ ^${out_of_memory}$ ]]; }

A_parent_cgroup_can_be_chosen() {
    ready
    background --cgroup-parent vmtest.slice --memory 64m -- sleep 1000
    [[ $cgroup == */vmtest.slice/*$(<"$HERE/id")* ]] || no "it is in $cgroup"
    equals 67108864 "$(limits memory.max)"
    removed
    eventually gone "$cgroup"
}

A_container_is_a_scope_which_goes_with_it() {
    ready
    local scope
    background --memory 64m --pids-limit 33 -- sleep 1000
    scope=$(unit_of "$(<"$HERE/id")")
    equals "active 67108864 33" "$(property "$scope" ActiveState) $(property "$scope" MemoryMax) $(property "$scope" TasksMax)"
    [[ $cgroup == */$scope* ]] || no "it is in $cgroup"
    removed
    eventually no_unit "$scope"
    eventually gone "$cgroup"
}

It_is_stopped_and_its_words_are_kept() {
    ready
    background -- sh -c 'trap "echo goodbye; exit 3" TERM; echo hello; while :; do sleep 0.05; done'
    eventually said_hello
    cli stop --time 30 box
    equals "hello goodbye" "$(cli logs box | xargs)"
    equals "exited 3" "$(inspect '{{.State.Status}} {{.State.ExitCode}}')"
    eventually gone "$cgroup"
    cli start box
    equals running "$(inspect '{{.State.Status}}')"
}
said_hello() { [[ $(cli logs box) == hello ]]; }

if [[ $LANE == root ]]; then
    A_disk_is_out_of_reach() {
        ready
        local numbers; numbers=$(tr : ' ' </sys/block/nvme0n2/dev)
        exits 1 foreground --rm --cap-add MKNOD -- sh -c "mknod /disk b $numbers; head -c1 /dev/zero >/dev/null && head -c1 /disk"
        contains "$said" "Operation not permitted"
        foreground --rm --device /dev/nvme0n2:/dev/disk:r -- sh -c 'head -c1 /dev/disk >/dev/null'
        foreground --rm --privileged -- sh -c "mknod /disk b $numbers; head -c1 /disk >/dev/null"
    }
fi
