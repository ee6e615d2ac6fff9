#!/bin/bash
# tests/Hostile/prove-matrix.sh: shows that the matrix can fail: each part of what it demands is broken once, on purpose, and must be
# reported.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MINIRUN=$(readlink -f "${MINIRUN:-$here/../../bin/minirun}")

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile-naive.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/help" "$work/new"
"$here/helpers/make.sh" "$work/help" && "$here/matrix/make.sh" "$work/help"
cc -O1 -Wall -static -o "$work/naive" "$here/naive/naive.c"
# A program with a flag, and a mode, that the table has never heard of.
cat >"$work/new/minirun" <<END
#!/bin/bash
"$MINIRUN" "\$@" || exit
if [[ "\$1 \${*: -1}" == "__complete --" ]]; then echo --brand-new; fi
if [[ "\$1 \${*: -2}" == "__complete --userns " ]]; then echo brand:; fi
END
chmod +x "$work/new/minirun"
export HELPERS=$work/help NAIVE_PLAN=$here/naive/plan.jq PROVE=1 LANES=1 MOST=1000 MINIRUN

number=0 failed=0
# finds WHAT NAME=VALUE... -- TEXT...: the matrix, run like this, reports each of these texts.
finds() {
    local what=$1 settings=() text missing=()
    shift
    while [[ $1 != -- ]]; do settings+=("$1"); shift; done
    shift
    env "${settings[@]}" "$here/matrix.sh" >"$work/tap" 2>&1 && missing+=("that it falls")
    for text in "$@"; do grep -q "^# .*$text" "$work/tap" || missing+=("$text"); done
    if ((${#missing[@]} == 0)); then echo "ok $((++number)) - found: $what"; else
        echo "not ok $((++number)) - found: $what"
        failed=1
        printf '# not reported: %s\n' "${missing[@]}"
        sed 's/^/#   /' "$work/tap" | head -40
    fi
}

echo "TAP version 14"
finds "a root that is left with chroot's means (--without pivot_root)" \
    STRICT=1 WAYS=run FORM=--without=pivot_root -- \
    "reads the host's secret" "reaches /,"
finds "a root of two mounts, of which one is taken off (W1)" \
    RUNTIME="$work/naive" NAIVE_STACK=1 WAYS=oci FORM=--userns=single -- \
    "/ and /.. are two" "a mount of the host's" "reads the host's secret"
finds "descriptors of the caller's, and devices that can be changed" \
    RUNTIME="$work/naive" WAYS=oci FORM=--userns=single -- \
    "descriptor 4 has come in" "the host's /dev/null is changed" "writes to /dev/null"
finds "the caller's terminal" \
    RUNTIME="$work/naive" WAYS=oci FORM="--userns=single stdio=caller" -- \
    "descriptor 0 is the host's /dev/pts" "descriptor 1 is the host's /dev/pts"
finds "files that are stdin, stdout or stderr" \
    RUNTIME="$work/naive" WAYS=oci FORM="--userns=single stdio=file" -- \
    "descriptor 0 is the host's .*/file" "descriptor 2 is the host's .*/err" "the host's .*/file is changed"
finds "namespaces of the host's" \
    STRICT=1 WAYS=run FORM="--ipc=host --uts=host --pid=host --cgroupns=host" -- \
    "the ipc namespace is" "the uts namespace is" "the pid namespace is" "the cgroup namespace is"
finds "files of the host's, by bind mounts, that can be written or held" \
    STRICT=1 WAYS=run FORM="--volume=@ro:/given-ro:ro --volume=@volume:/given" -- \
    "a mount of the host's" "holds .*/given" "writes to .*/given"
finds "a descriptor that was given" \
    STRICT=1 WAYS=run FORM=--preserve-fds=1 -- \
    "descriptor 3 has come in"
finds "no mount namespace: chroot's way out" \
    STRICT=1 WAYS=run FORM=--ns=user,pid -- \
    "reads the host's secret, by chroot"
finds "a flag and a mode that are not in the table" \
    MINIRUN="$work/new/minirun" WAYS=run FORM=--init -- \
    "no sample value for --brand-new" "no sample value for --userns=brand:"
echo "1..$number"
exit $failed
