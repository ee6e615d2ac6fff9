# podman drives the runtime; the suites say with which cgroup manager. root, or rootless in a delegated slice.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154 # scripts for the shell inside; variables of the harness

options() { echo "--cgroup-manager $driver --storage-driver overlay --root $engine/store --runroot $engine/run --tmpdir $engine/tmp"; }

# shellcheck disable=SC2046 # words
cli() { CONTAINERS_CONF=$engine/containers.conf podman $(options) "$@"; }

engine=$WORK/podman-$driver # its own directory
out_of_memory="(true|false) 137" # conmon 2.1.6 does not always see it, whatever the runtime
hears_of_it() { grep -q '^oom_kill [1-9]' "$cgroup/memory.events"; }

removed() { cli rm --force --time 0 box; }
unit_of() { echo "libpod-$1.scope"; }

# shellcheck source=tests/vm/clients/1-engine.sh
. "$tests/clients/1-engine.sh"

set_up() {
    local runtime; runtime=$(type -P "$RUNTIME")
    cat >"$engine/containers.conf" <<END
[containers]
env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
log_driver = "k8s-file"
[engine]
events_logger = "file"
runtime = "$RUNTIME"
runtime_supports_json = ["crun", "runc", "minirun-oci"]
runtime_supports_nocgroup = ["crun", "minirun-oci"]
[engine.runtimes]
$RUNTIME = ["$runtime"]
END
    image_tar | cli import --quiet - "$image"
}

if [[ $driver == systemd ]]; then
    A_file_of_the_cgroup_can_be_named() {
        ready
        background --cgroup-conf memory.high=50331648 -- sleep 1000
        equals 50331648 "$(limits memory.high)"
    }

    Without_cgroups_it_stays_where_podman_is() {
        without runc -- "cannot do without cgroups"
        ready
        background --cgroups disabled -- sleep 1000
        equals "$(cgroup_of self)" "$cgroup"
    }

    A_container_for_systemd_may_divide_its_cgroup() {
        ready
        foreground --rm --systemd always -- sh -c 'mkdir /sys/fs/cgroup/inner && echo $$ >/sys/fs/cgroup/inner/cgroup.procs &&
            grep -q inner /proc/self/cgroup'
    }

    A_pod_is_a_cgroup_of_its_containers() {
        ready
        cli pod create --name p --infra=false >/dev/null
        cli run --detach --pod p --name box --memory 64m "$image" sleep 1000 >"$HERE/id"
        cgroup=$(cgroup_of "$(inspect '{{.State.Pid}}')")
        equals 67108864 "$(limits memory.max)"
        cli pod pause p
        equals 1 "$(limits cgroup.freeze)"
        cli pod unpause p
        cli pod rm --force --time 0 p
        eventually gone "$cgroup"
    }

    Ready_of_the_container_is_ready_of_the_service() {
        ready
        local unit=vm-podman.service
        # shellcheck disable=SC2046 # words
        run_unit --no-block --unit=$unit --property=Type=notify --property=NotifyAccess=all \
            --setenv=HOME="$HOME" --setenv=CONTAINERS_CONF="$engine/containers.conf" \
            $(type -P podman) $(options) run --name box --network none --sdnotify container --volume "${probe%/*}:/mnt:ro" "$image" \
            sh -c 'until [ -e /go ]; do sleep 0.05; done; /mnt/probe notify READY=1; exec sleep 1000'
        eventually cli exec box touch /almost
        equals activating "$(property $unit ActiveState)"
        cli exec box touch /go
        eventually is_active $unit
        removed
        manager stop $unit || true
        manager reset-failed $unit || true
    }
    probe=$(command -v probe)
    is_active() { [[ $(property "$1" ActiveState) == active ]]; }
fi

# The last one.
Podman_leaves_nothing() {
    [[ -e $engine/ready ]] || skip "podman was not used"
    equals "" "$(cli ps --all --quiet)"
    equals "" "$(find "$engine/run" "$engine/tmp" -name config.json -o -name oci-log)"
    equals "" "$(find "/run/$RUNTIME" "$XDG_RUNTIME_DIR/$RUNTIME" -mindepth 1 2>/dev/null)"
    ended
}

# ended: what podman keeps goes, too: a process that holds a user's namespaces, a parent of cgroups, a mount for names of networks.
ended() {
    if [[ $LANE == user ]]; then
        cli unshare sh -c 'umount --lazy "$1"/overlay; rm -rf "$1"' - "$engine/store"
        kill -KILL "$(<"$engine/tmp/pause.pid")"
    else
        umount --quiet /run/netns || true
        [[ ! -d /sys/fs/cgroup/libpod_parent ]] || rmdir /sys/fs/cgroup/libpod_parent
    fi
    rm -rf --one-file-system "$engine"
}
