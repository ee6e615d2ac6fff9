#!/bin/bash
# dockerd.sh DIRECTORY TREE: a dockerd of its own, in namespaces of its own, logs what DIRECTORY/payload has to json-file, in each way that
# the tests compare; DIRECTORY/NAME is then the log file. Made by `unshare --mount --net --pid --fork --mount-proc`, as root.
set -euo pipefail
directory=$1 tree=$2
mount --make-rprivate /
mkdir "$directory/state"
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs "$directory/state"
ip link set lo up
export DOCKER_HOST=unix://$directory/state/socket
docker=docker
if [[ -x /usr/bin/docker ]]; then docker=/usr/bin/docker; fi
dockerd --host "$DOCKER_HOST" --data-root "$directory/state/store" --exec-root "$directory/state/run" --pidfile "$directory/state/pid" \
    --bridge=none --iptables=false --ip6tables=false >"$directory/dockerd.log" 2>&1 &
for ((i = 0; i < 300; i++)); do
    if "$docker" version >/dev/null 2>&1; then break; fi
    sleep 0.1
done
tar -C "$tree" -c . | "$docker" import - busybox:test >/dev/null

# log NAME OPTION...
log() {
    local name=$1
    shift
    "$docker" run --name "$name" --network none -e VAR=value -e 'Q=a<b>&"x' --label com.example.a=one --label b-c=two \
        -v "$directory/payload:/payload:ro" "$@" busybox:test cat /payload >/dev/null
    cp "$("$docker" inspect -f '{{.LogPath}}' "$name")"* "$directory/out/$name/"
}

mkdir -p "$directory"/out/{plain,attributes,rotated}
log plain
log attributes --log-opt labels=com.example.a,b-c --log-opt env=VAR,Q --log-opt 'tag={{.ImageName}} {{.Name}}'
log rotated --log-opt max-size=20k --log-opt max-file=3
kill %1
wait
