#!/usr/bin/env bash
# Facts about `minirun volume-plugin glusterfs` with a real server: facts.sh NAME. Runs in a network, mount and pid namespace of its own,
# with a glusterd whose files are on a tmpfs: nothing of the machine is touched, and all that was started ends with it. Status 77: cannot be
# tried here, and why.
set -euo pipefail

skip() { echo "$*"; exit 77; }
fail() { echo "$*" >&2; exit 1; }
equals() { [[ $2 == "$1" ]] || fail "expected '$1', got '$2'"; }
contains() { [[ $1 == *"$2"* ]] || fail "no '$2' in: $1"; }

# Waits until a command succeeds.
until_true() {
    local end=$((SECONDS + 30))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "not in 30 s: $*"
        read -rt 0.05 <> <(:) || true
    done
}

busybox=$REPOSITORY/rootfs-samples/busybox
server=10.77.0.1

if [[ ${INSIDE:-} != yes ]]; then
    [[ $(id -u) == 0 ]] || skip "only root may mount"
    [[ -d $busybox/bin ]] || skip "no root file system: ./build.sh rootfs busybox"
    for each in glusterd gluster glusterfs ip unshare curl; do
        command -v "$each" >/dev/null || [[ -x /usr/sbin/$each ]] ||
            skip "$each is not installed: apt-get install glusterfs-server iproute2 curl"
    done
    [[ -c /dev/fuse ]] || skip "there is no /dev/fuse"
    INSIDE=yes exec unshare --net --mount --pid --fork --mount-proc --kill-child bash "$0" "$@"
fi

PATH=$REPOSITORY/bin:$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'umount --lazy "$work"; rm -rf --one-file-system "$work"' EXIT
mount -t tmpfs -o mode=755 tmpfs "$work"
cp -a "$busybox" "$work/busybox" # containers leave mount points in it
busybox=$work/busybox
export MINIRUN_ROOT=$work/root MINIRUN_PLUGIN_PATH=$work/plugins MINIRUN_PLUGIN_TIMEOUT=5

# What glusterd has of its own, on the tmpfs; and its sockets, in a /run of its own.
own_files() {
    mount -t tmpfs tmpfs /run
    cp -a /var/lib/glusterd "$work/glusterd"
    mkdir -p "$work/log" /run/gluster /var/log/glusterfs
    mount --bind "$work/glusterd" /var/lib/glusterd
    mount --bind "$work/log" /var/log/glusterfs
    ip link set lo up
    ip address add $server/24 dev lo
}

start_server() {
    own_files
    glusterd --no-daemon --log-file="$work/log/glusterd.log" --pid-file="$work/glusterd.pid" </dev/null >"$work/said" 2>&1 &
    until_true test -S /run/glusterd.socket
    until_true gluster --mode=script volume list
    make_volume datastore
}

make_volume() {
    gluster --mode=script volume create "$1" "$server:$work/bricks/$1" force >/dev/null 2>"$work/said" ||
        skip "glusterd makes no volume here: $(cat "$work/said")"
    gluster --mode=script volume start "$1" >/dev/null 2>"$work/said" || skip "glusterd starts no volume here: $(cat "$work/said")"
}

# Starts the plugin; sets $plugin.
serve() {
    minirun volume-plugin glusterfs --servers $server --socket "$work/plugins/glusterfs.sock" --root "$work/volumes" \
        </dev/null >"$work/plugin.out" 2>&1 &
    plugin=$!
    until_true grep -q listening "$work/plugin.out"
}

run() { minirun run --rm --net host --volume-driver glusterfs -v "datastore:/data" "$@" </dev/null; }
call() { curl -s --unix-socket "$work/plugins/glusterfs.sock" "http://localhost/$1" -d "${2-}"; }
mounted() { grep -c " $work/volumes/[^ ]*/_data fuse.glusterfs " /proc/self/mounts || true; }
unmounted() { [[ $(mounted) == 0 ]]; }

# What a container writes is on the brick, and the last stop unmounts.
brick() {
    start_server
    serve
    run "$busybox" touch /data/helo
    [[ -e $work/bricks/datastore/helo ]] || fail "no /data/helo on the brick"
    equals 0 "$(mounted)"
    for name in a b; do
        minirun run -d --name $name --net host --volume-driver glusterfs -v datastore:/data "$busybox" sleep 1000 \
            </dev/null >"$work/said" 2>&1 || fail "$(cat "$work/said")"
    done
    equals 1 "$(mounted)"
    equals "[{\"Name\":\"datastore\",\"Mountpoint\":\"$work/volumes/datastore/_data\",\"Status\":{\"mounted\":true,\"uses\":2}}]" \
        "$(call VolumeDriver.List '{}' | grep -o '\[.*\]')"
    contains "$(call VolumeDriver.Remove '{"Name":"datastore"}')" "volume datastore is in use by 2"
    minirun rm -f a >/dev/null
    equals 1 "$(mounted)"
    minirun exec b sh -c 'echo more > /data/more' </dev/null
    minirun rm -f b >/dev/null
    equals 0 "$(mounted)"
    equals more "$(cat "$work/bricks/datastore/more")"
    minirun volume rm datastore >/dev/null
    equals '{"Volumes":[],"Err":""}' "$(call VolumeDriver.List '{}')"
    [[ ! -e $work/volumes/datastore ]] || fail "the volume's directory is still there"
    # On the servers it is as it was.
    equals datastore "$(gluster --mode=script volume list)"
}

# Docker's protocol, word for word.
protocol() {
    start_server
    serve
    equals '{"Implements":["VolumeDriver"]}' "$(call Plugin.Activate)"
    equals '{"Capabilities":{"Scope":"local"}}' "$(call VolumeDriver.Capabilities '{}')"
    equals "{\"Err\":\"Unable to find volume mounted on $work/volumes/datastore/_data\"}" "$(call VolumeDriver.Get '{"Name":"datastore"}')"
    equals "{\"Err\":\"Unable to find volume mounted on $work/volumes/datastore/_data\"}" \
        "$(call VolumeDriver.Unmount '{"Name":"datastore","ID":"1"}')"
    equals '{"Err":""}' "$(call VolumeDriver.Create '{"Name":"datastore","Opts":null}')"
    local volume="{\"Name\":\"datastore\",\"Mountpoint\":\"$work/volumes/datastore/_data\",\"Status\":{\"mounted\":false,\"uses\":0}}"
    equals "{\"Volume\":$volume,\"Err\":\"\"}" "$(call VolumeDriver.Get '{"Name":"datastore"}')"
    equals "{\"Mountpoint\":\"$work/volumes/datastore/_data\",\"Err\":\"\"}" "$(call VolumeDriver.Mount '{"Name":"datastore","ID":"1"}')"
    # One user is one, however often it asks.
    call VolumeDriver.Mount '{"Name":"datastore","ID":"1"}' >/dev/null
    equals "{\"Mountpoint\":\"$work/volumes/datastore/_data\",\"Err\":\"\"}" "$(call VolumeDriver.Path '{"Name":"datastore"}')"
    equals 1 "$(mounted)"
    equals '{"Err":""}' "$(call VolumeDriver.Unmount '{"Name":"datastore","ID":"1"}')"
    equals 0 "$(mounted)"
    contains "$(call VolumeDriver.Create '{"Name":"../etc"}')" "not a valid volume name"
    contains "$(call VolumeDriver.Mount '{"Name":"datastore","ID":"../x"}')" "no id"
    contains "$(call VolumeDriver.Create '{"Name":"other","Opts":{"colour":"red"}}')" "have no option colour"
    contains "$(call VolumeDriver.Mount 'nonsense')" "not what this call takes"
    equals 404 "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/plugins/glusterfs.sock" \
        http://localhost/NetworkDriver.Join -d '{}')"
}

# A volume that the servers do not have: the start fails with glusterfs's words, and nothing is left.
missing() {
    start_server
    serve
    status=0
    minirun run --rm --net host --volume-driver glusterfs -v nothing:/data "$busybox" true </dev/null 2>"$work/said" || status=$?
    equals 125 $status
    contains "$(cat "$work/said")" "nothing: glusterfs cannot mount it from $server"
    equals 0 "$(mounted)"
    equals "" "$(minirun ps -aq)"
}

# Neither a kill of the plugin nor one of glusterfs costs more than what was running on it.
killed() {
    start_server
    serve
    minirun run -d --name web --net host --volume-driver glusterfs -v datastore:/data "$busybox" sleep 1000 \
        </dev/null >"$work/said" 2>&1 || fail "$(cat "$work/said")"
    kill -9 $plugin
    wait $plugin || true
    minirun exec web touch /data/alive </dev/null
    serve
    equals '{"mounted":true,"uses":1}' "$(call VolumeDriver.Get '{"Name":"datastore"}' | grep -o '{"mounted[^}]*}')"
    minirun rm -f web >/dev/null
    equals 0 "$(mounted)"
    call VolumeDriver.Mount '{"Name":"datastore","ID":"1"}' >/dev/null
    kill -9 "$(cat "$work/volumes/datastore/pid")"
    # shellcheck disable=SC2016 # for the shell inside
    until_true bash -c '! ls "$0"' "$work/volumes/datastore/_data"
    run "$busybox" test -e /data/alive
    # A second one at the same place is refused; a signal ends the first, and its socket goes.
    ! minirun volume-plugin glusterfs --servers $server --socket "$work/plugins/glusterfs.sock" </dev/null 2>"$work/said" ||
        fail "a second plugin serves"
    contains "$(cat "$work/said")" "another plugin listens there"
    kill $plugin
    wait $plugin || true
}

mkdir "$work/plugins" "$work/bricks"
"$1"
