#!/bin/bash
# tests/vm/run.sh [SUITE...]: runs the suites of tests/vm in the machine, once as root and once as an ordinary user with
# a delegated cgroup. RUNTIME: the OCI runtime they are about: minirun-oci; runc and crun are there, too, to prove a suite.
# VM_LANES: root, user or both. Results go to out/test-results/vm-LANE: vm.tap, and vm.broken when the machine failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# stage: what the machine sees as /host.
stage() {
    mkdir -p "$1/bin"
    cp -a bin/minirun bin/minirun-oci bin/probe "$1/bin"
    cp -a rootfs-samples/busybox "$1/rootfs"
    cp -a tests/vm "$1/tests"
    chmod -R a+rX "$1"
}

lane() {
    local results=out/test-results/vm-$1 status=0 options=()
    [[ $1 == root ]] || options=(--user)
    mkdir -p "$results"
    rm -f "$results/vm.broken"
    tests/vm/machine.sh run "${options[@]}" "$host" env RUNTIME="${RUNTIME:-minirun-oci}" /host/tests/suite.sh "$1" "${@:2}" \
        >"$results/vm.tap" 2>"$results/vm.log" || status=$?
    if ((status != 0)) || ! grep -q '^# .* lane' "$results/vm.tap"; then
        echo "the virtual machine's run broke off with status $status" >"$results/vm.broken"
    fi
}

host=out/vm/host.$$
trap 'rm -rf --one-file-system "$host"' EXIT
stage "$host"

# Both at once: a fact waits more than it works.
for each in ${VM_LANES:-root user}; do lane "$each" "$@" & done
wait
for each in ${VM_LANES:-root user}; do
    echo
    echo "== tests/vm as $each"
    cat out/test-results/vm-"$each"/vm.{log,tap}
done
