#!/bin/bash
# realm.sh CGROUP DIRECTORY: namespaces and cgroups of a client's own. Says "ready", and goes when its stdin ends, and with it
# all processes inside. CGROUP is a name, made below the root of every hierarchy, which is then the root of all cgroups that are
# seen inside. DIRECTORY holds the client's state: a tmpfs inside, empty outside.
set -euo pipefail
cgroup=$1 directory=$2

# hierarchies: TYPE MOUNTPOINT OPTIONS of each one.
hierarchies() {
    awk '{
        for (i = 7; $i != "-"; i++);
        if ($(i + 1) ~ /^cgroup2?$/) { n = $NF; sub(/^rw,?/, "", n); print $(i + 1), $5, n }
    }' /proc/self/mountinfo
}

inside() {
    local type point options
    mount --make-rprivate /
    # Mounted anew: a mount made in this cgroup namespace shows our cgroup as its root.
    hierarchies | while read -r type point options; do
        umount "$point"
        options=${options/name=/none,name=}
        mount -t "$type" -o "${options:-rw}" "$type" "$point"
    done
    mount -t tmpfs -o mode=755 tmpfs /run
    mount -t tmpfs -o mode=755 tmpfs "$directory"
    for state in cni containerd containers docker; do
        if [[ -d /var/lib/$state ]]; then mount -t tmpfs -o mode=755 tmpfs "/var/lib/$state"; fi
    done
    ip link set lo up
    echo ready
    # As pid 1 this shell also waits for the processes that nobody else waits for.
    while read -r _; do :; done
}

if [[ ${3-} == inside ]]; then inside; exit; fi

hierarchies | while read -r type point options; do
    mkdir "$point/$cgroup"
    if [[ -e $point/$cgroup/cpuset.cpus && $type == cgroup ]]; then
        cat "$point/cpuset.cpus" >"$point/$cgroup/cpuset.cpus"
        cat "$point/cpuset.mems" >"$point/$cgroup/cpuset.mems"
    fi
    echo $$ >"$point/$cgroup/cgroup.procs"
done
exec unshare --mount --net --pid --cgroup --ipc --uts --fork --kill-child --mount-proc "$BASH" "$0" "$cgroup" "$directory" inside
