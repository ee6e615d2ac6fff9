#!/bin/bash
# tests/vm/suite.sh LANE [SUITE...]: in the machine, runs the facts of these suites (all of them by default) as the user
# we are; LANE is root or user. RUNTIME: the OCI runtime they are about (minirun-oci). Prints a line for each:
#     ok FACT    not ok FACT: WHY    skip FACT: WHY
# Each fact is a function, and runs in a shell of its own (fact.sh). After each suite nothing of it may be left.
set -euo pipefail
export PATH=/host/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LANE=$1 RUNTIME=${RUNTIME:-minirun-oci} WORK ROOTFS CGROUP
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shift

WORK=$(mktemp -d /tmp/vm.XXXXXX)
ROOTFS=$WORK/rootfs
chmod 755 "$WORK"
cp -r /host/rootfs "$ROOTFS" # the user's own, when a user runs this
mkdir "$ROOTFS/mnt"
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run} HOME=$WORK/home
mkdir "$HOME"

# We are in a cgroup that is ours (Delegate=yes). Processes may be in its leaves only, once it has controllers to give.
delegated=$(sed -n 's/^0:://p' /proc/self/cgroup)
mkdir "/sys/fs/cgroup$delegated/suite"
mapfile -t processes <"/sys/fs/cgroup$delegated/cgroup.procs"
for each in "${processes[@]}"; do echo "$each" >"/sys/fs/cgroup$delegated/suite/cgroup.procs"; done
for controller in $(<"/sys/fs/cgroup$delegated/cgroup.controllers"); do
    echo "+$controller" >"/sys/fs/cgroup$delegated/cgroup.subtree_control"
done
CGROUP=$delegated/containers
mkdir "/sys/fs/cgroup$CGROUP"

manager=(systemctl)
[[ $LANE == root ]] || manager+=(--user)

# what_is_here: cgroups, mounts, processes and units, one a line. Kernel threads and our own children are nobody's;
# systemd's own helpers come and go, and its slices stay.
what_is_here() {
    local slices='(vmtest[^/]*|machine|user|app|session|background)\.slice'
    find /sys/fs/cgroup -mindepth 1 -type d |
        grep -vE '/systemd-[^/]*\.service|/(init\.scope|dbus\.service|user@[0-9]+\.service|'"$slices"')$' || true
    sed -E 's/^([^ ]+ ){4}([^ ]+) .* - ([^ ]+) .*/mount \2 \3/' /proc/self/mountinfo
    ps -eo pid,ppid,args --no-headers | awk -v self=$$ '
        { parent[$1] = $2; what[$1] = $3 }
        function ours(pid) { for (; pid; pid = parent[pid]) if (pid == self || pid == 2) return 1; return 0 }
        END { for (pid in what) if (!ours(pid) && what[pid] !~ /systemd|^\(sd-/) print "process", pid, what[pid] }'
    "${manager[@]}" list-units --all --plain --no-legend --type=scope,service,slice --state=active,activating,deactivating,failed |
        awk '$1 !~ /^(systemd-|modprobe@|user@|user-runtime|dbus\.)|\.slice$/ { print "unit", $1 }'
}

# left: what is here now, and was not before the suite.
left() { comm -13 "$WORK/before" <(what_is_here | sort -u); }

# The kernel and systemd take a moment to clear away: that is waited for, with a deadline.
nothing_is_left() {
    local deadline=$((SECONDS + 15)) still
    while still=$(left); [[ -n $still ]]; do
        ((SECONDS < deadline)) || { echo "not ok Nothing is left by $1: ${still//$'\n'/, }"; return; }
        sleep 0.2
    done
    echo "ok Nothing is left by $1"
}

# functions SUITE: its facts, in their order, and file by file. A fact's name begins with a capital letter.
functions() {
    # shellcheck disable=SC2016 # for the inner shell
    bash -c '. "$1"; . "$2"; shopt -s extdebug
        for f in $(compgen -A function | grep "^[A-Z]"); do declare -F "$f"; done' - "$here/harness.sh" "$1" |
        sort -k3,3 -k2,2n | cut -d' ' -f1
}

run_suite() {
    local fact topic
    topic=$(basename "$1" .sh)
    what_is_here | sort -u >"$WORK/before"
    for fact in $(functions "$1"); do
        "$here/fact.sh" "$1" "$fact" || true
    done
    nothing_is_left "$topic"
}

for suite in "$here"/[0-9]*.sh; do
    [[ $# == 0 || " $* " == *" $(basename "$suite" .sh) "* ]] || continue
    run_suite "$suite"
done
rmdir "/sys/fs/cgroup$CGROUP" || echo "not ok The cgroup of the tests can be removed: something is left in it"
echo "# $LANE lane with $RUNTIME: $SECONDS s"
