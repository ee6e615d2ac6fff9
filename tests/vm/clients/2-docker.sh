# dockerd, with the runtime as its default; the suites say with which cgroup driver. As root only.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154 # scripts for the shell inside; variables of the harness

daemon=vm-dockerd.service
cli() { docker --host "unix://$engine/socket" "$@"; }

removed() { cli rm --force box; }
unit_of() { echo "docker-$1.scope"; }
engine=$WORK/docker-$driver # its own directory
out_of_memory="true 137"
hears_of_it() { cli events --since 1 --until "$(date +%s)" --filter event=oom --filter container=box | grep -q oom; }

# shellcheck source=tests/vm/clients/1-engine.sh
. "$tests/clients/1-engine.sh"

# The daemon's start is waited for longer than what a fact waits for.
set_up() {
    local runtime; runtime=$(type -P "$RUNTIME")
    echo '{ "runtimes": { "under-test": { "path": "'"$runtime"'" } }, "default-runtime": "under-test" }' >"$engine/daemon.json"
    run_unit --unit=$daemon --property=Type=notify --property=Delegate=yes --property=KillMode=mixed --property=OOMScoreAdjust=-500 \
        "$(type -P dockerd)" --host "unix://$engine/socket" --config-file "$engine/daemon.json" --data-root "$engine/store" \
        --exec-root "$engine/run" --pidfile "$engine/pid" --bridge none --iptables=false --ip6tables=false \
        --exec-opt "native.cgroupdriver=$driver"
    image_tar | cli import - "$image"
}

if [[ $driver == systemd ]]; then
    An_update_of_the_number_of_processes_is_in_the_cgroup() {
        ready
        background --pids-limit 40 -- sleep 1000
        cli update --pids-limit 50 box
        equals 50 "$(limits pids.max)"
    }

    A_container_sees_no_cgroups_but_its_own() {
        ready
        foreground --rm -- sh -c 'test "$(cat /proc/self/cgroup)" = 0::/ && ! mkdir /sys/fs/cgroup/mine 2>/dev/null'
        foreground --rm --cgroupns host -- sh -c 'grep -qE "docker" /proc/self/cgroup'
    }

    A_container_starts_again_when_it_ends() {
        ready
        background --restart always -- sh -c 'sleep 0.1; exit 1'
        eventually restarted
    }
    restarted() { (($(inspect '{{.RestartCount}}') >= 2)); }
fi

# The last one.
Docker_leaves_nothing() {
    [[ -e $engine/ready ]] || skip "dockerd was not used"
    equals "" "$(cli ps --all --quiet)"
    equals "" "$(ls -A "$engine"/run/runtime-*/moby 2>/dev/null)"
    rm "$engine/ready"
    manager stop $daemon
    ended
}

# ended: what dockerd keeps goes, too: its parent of cgroups, and a name of the host's network.
ended() {
    [[ ! -d /sys/fs/cgroup/docker ]] || rmdir /sys/fs/cgroup/docker
    umount --quiet "$engine"/run/netns/* 2>/dev/null || true
    rm -rf --one-file-system "$engine"
}
