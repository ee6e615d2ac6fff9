# shellcheck shell=bash
# The host that the matrix shows to containers: canaries, and, as root, an own /dev and /etc.

LANES=${LANES:-$(nproc)} LIMIT=${LIMIT:-30} WAYS=${WAYS:-run oci life clients}
HOST_FILES="/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /etc/hosts /etc/resolv.conf /etc/hostname /etc/passwd"

make_helpers() {
    if ! "$here/helpers/make.sh" "$1" || ! "$here/matrix/make.sh" "$1"; then
        die "the helpers cannot be compiled (a static libc is needed: libc6-dev)"
    fi
}

prepare_host() {
    mkdir "$WORK"/{help,lanes,bin} "$WORK/home"
    OCI=$WORK/bin/minirun-oci
    if [[ -n ${HELPERS-} ]]; then cp "$HELPERS"/* "$WORK/help"; else make_helpers "$WORK/help"; fi
    "$here/rootfs.sh" "$WORK/rootfs" "$WORK/help" || die "no static busybox is here (package busybox-static)"
    cp "$WORK/help/probe" "$WORK/rootfs/hostile"
    # A copy: whoever overwrites it has won, and nothing is lost.
    cp "$MINIRUN" "$WORK/bin/minirun"
    [[ ! -e ${MINIRUN%/*}/minirun-tls ]] || cp "${MINIRUN%/*}/minirun-tls" "$WORK/bin"
    if [[ -n ${RUNTIME-} ]]; then cp -L "$RUNTIME" "$OCI"; else ln -s minirun "$OCI"; fi
    MINIRUN=$WORK/bin/minirun
    export HOME=$WORK/home XDG_DATA_HOME=$WORK/home/data
}

# The canary of a lane, and what the probe is told of it: nothing that helps it to get there.
make_canary() {
    export MATRIX_CANARY=$LANE/canary
    CANARY=$MATRIX_CANARY
    mkdir -p "$CANARY/directory/below"
    echo secret-of-the-host >"$CANARY/secret"
    echo old >"$CANARY/directory/file"
    PROBE=(/hostile/probe "secret=$CANARY/secret" "mnt=$(stat -L -c %i /proc/self/ns/mnt)")
    PROBE+=("handle=$("$WORK/help/host" handle "$CANARY/secret" || true)")
}

# Devices have their numbers, but inodes of ours; so have all files in /etc.
own_files() {
    mkdir "$LANE/dev" "$LANE/etc"
    "$here/helpers/own-dev.sh" "$LANE/dev"
    mount -t tmpfs -o mode=755 etc "$LANE/etc"
    cp -a /etc/. "$LANE/etc"
    mount --bind "$LANE/etc" /etc
}

# What is whose, for judge.awk.
facts() {
    awk '{
        for (i = 7; $i != "-"; i++) {}
        print "hostdev", $3, $5 == "/sys/fs/cgroup" && $(i + 1) == "tmpfs" ? "cgroups" : $(i + 1)
    }' /proc/self/mountinfo
    local path=$LANE kind
    { while [[ -n $path ]]; do echo "$path"; path=${path%/*}; done
        echo /
        awk '{ print $5 }' /proc/self/mountinfo
        find "$CANARY"
        tr ' ' '\n' <<<"$HOST_FILES"; } | sort -u | xargs -d '\n' "$WORK/help/host" place | awk -F '[ \t]' '{ print "inode " $1 "\t" $NF }'
    printf '%s\n' /dev /dev/shm /etc/hosts /etc/resolv.conf /etc/hostname \
        "${SHORT:-$LANE}" "$LANE"/{rootfs,volume,ro,file,state/volumes,state/containers,clients,tmp,stdin,err} |
        xargs -d '\n' "$WORK/help/host" place | awk -F '[ \t]' '{ print "given " $2 " " $3 " " $1 "\t" $NF }'
    printf 'work\t%s\t%s\n' "$WORK" "$LANE/state/containers"
    "$WORK/help/host" place "$MINIRUN" | awk '{ print "program " $1 }'
    [[ $me != 0 ]] || control_groups
    for kind in mnt pid user net ipc uts cgroup; do echo "ns $kind $(stat -L -c %i "/proc/self/ns/$kind")"; done
}

# The root of each hierarchy, and what we are in: an ordinary user's container may see them, and change nothing.
control_groups() {
    local name path mount each
    while IFS=: read -r _ name path; do
        mount=$(awk -v name="${name%%,*}" '/ - cgroup2? / {
            type = $(NF - 2); count = split($NF, option, ","); found = name == "" && type == "cgroup2"
            for (i = 1; i <= count; i++) if (type == "cgroup" && option[i] == name) found = 1
            if (found) { print $5; exit }
        }' /proc/self/mountinfo)
        [[ -n $mount ]] || continue
        for each in "$mount" "$mount$path"; do echo "cgroup ${name:-2}:$(stat -c %i "$each" 2>/dev/null)"; done
    done </proc/self/cgroup
}

clean_up() {
    local status=$? lane
    [[ -z ${KEEP-} ]] || { echo "# kept: $WORK"; return; }
    for lane in "$WORK"/lane*; do
        export MINIRUN_ROOT=$lane/state XDG_RUNTIME_DIR=$lane/run
        [[ ! -d $lane/state/containers ]] || "$MINIRUN" ps -aq 2>/dev/null </dev/null | xargs -r "$MINIRUN" rm -f >/dev/null 2>&1 || true
    done
    if [[ $me == 0 ]]; then find /sys/fs/cgroup -depth -type d -path "*hostile.$SUITE.*" -exec rmdir {} + 2>/dev/null || true; fi
    chmod -R u+rwX "$WORK" 2>/dev/null || true
    rm -rf --one-file-system "$WORK"
    return $status
}
