#!/bin/bash
# tests/Hostile/check-root.sh: what fork-news proves of its own work (rule 13 of docs/security.md: check-root) holds on kernels that have
# less to prove it with, and nothing is executed where the host's root has stayed: as helpers/kernel.c has it. As root or as an ordinary
# user. TAP on stdout.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MINIRUN=$(readlink -f "${MINIRUN:-$here/../../bin/minirun}")
case ${1-} in -h | --help) echo "usage: [MINIRUN=bin/minirun] tests/Hostile/check-root.sh"; exit ;; esac

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile-root.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
mkdir "$work"/{help,state,bundle,given}
"$here/helpers/make.sh" "$work/help"
"$here/rootfs.sh" "$work/rootfs" "$work/help"
export MINIRUN_ROOT=$work/state
ln -s "$MINIRUN" "$work/minirun-oci"

kernels=("" no-listmount no-right no-unique)
forms=("" --ephemeral --read-only "--ephemeral --read-only" "-v $work/given:/given:rslave" "--init --ephemeral" --privileged oci)
if [[ $(id -u) == 0 ]]; then forms+=("--userns host" "--userns host --ephemeral"); fi

# start FORM WORD...: one container on such a kernel. It says that it has been executed.
start() {
    local form=$1 flags
    shift
    read -ra flags <<<"${form#oci}"
    # Set-user-ID programs, which map more ids than one, cannot be traced.
    [[ $(id -u) == 0 ]] || flags+=(--userns single)
    if [[ $form != oci* ]]; then
        timeout -k 1 10 "$work/help/kernel" "$@" -- "$MINIRUN" run "${flags[@]}" "$work/rootfs" /bin/echo executed </dev/null
        return
    fi
    "$MINIRUN" run --print-spec "${flags[@]}" "$work/rootfs" /bin/echo executed >"$work/bundle/config.json" </dev/null
    local oci=("$work/minirun-oci" --root "$work/state/oci" run --bundle "$work/bundle" "c$((++started))")
    timeout -k 1 10 "$work/help/kernel" "$@" -- "${oci[@]}" </dev/null
}

number=0 failed=0 started=0
# all WHAT TEST WORD...: TEST holds for each form on such a kernel.
all() {
    local what=$1 test=$2 form status bad=()
    shift 2
    for form in "${forms[@]}"; do
        status=0
        start "$form" "$@" >"$work/said" 2>&1 || status=$?
        "$test" "$status" || bad+=("${form:-plain}: status $status: $(head -1 "$work/said")")
    done
    if ((${#bad[@]} == 0)); then echo "ok $((++number)) - $what"; else
        echo "not ok $((++number)) - $what"
        failed=1
        printf '# %s\n' "${bad[@]}"
    fi
}

# shellcheck disable=SC2317 # called by all
runs() { (($1 == 0)) && grep -qx executed "$work/said"; }
# The operation that says so is one of the two that know.
# shellcheck disable=SC2317
is_refused() {
    local says='check-root|pivot_root|the root file system:'
    (($1 != 0 && $1 != 124)) && ! grep -qx executed "$work/said" && grep -qE "$says" "$work/said"
}

echo "TAP version 14"
status=0
"$work/help/kernel" -- true || status=$?
if ((status != 0)); then
    echo "1..0 # SKIP nothing can be traced here as helpers/kernel.c does (status $status)"
    exit 0
fi
for kernel in "${kernels[@]}"; do
    name=${kernel:-a kernel with all it takes}
    # shellcheck disable=SC2086 # none, or one
    {
        all "$name: containers run" runs $kernel
        all "$name: pivot_root that is a chroot is noticed" is_refused $kernel chroot
        all "$name: an unmount of the old root that does nothing is noticed" is_refused $kernel stays
        all "$name: a root that is not entered is noticed" is_refused $kernel nothing
    }
done
echo "1..$number"
exit $failed
