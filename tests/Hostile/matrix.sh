#!/bin/bash
# tests/Hostile/matrix.sh [FLAG...]: the isolation matrix: a probe climbs and writes in every form of container, as root or as an
# ordinary user; nothing of the host's may be reached, changed or held. README.md tells how. TAP on stdout. Fails when a form falls,
# or when a flag is in no form.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
me=$(id -u)

usage() {
    cat <<'USAGE'
usage: [MINIRUN=bin/minirun] tests/Hostile/matrix.sh [FLAG[=VALUE]...]

  FLAG     only forms with these, for example --ephemeral --userns=single stdio=pty; all forms by default
  WAYS     how containers are run (default: run oci life clients): `minirun run`; minirun-oci; the life of one with
           -d, exec, a health check and cp; podman and buildah
  FULL=1   every pair in every way (default: in `run`; the other ways have sets of five that hold each pair once)
  ONLY     alone, pairs or none: only flags alone, only pairs, only the plain form
  RUNTIME  an OCI runtime instead of minirun-oci (WAYS=oci)
  STRICT=1 nothing is allowed that the table of flags allows: --without=pivot_root falls then
  FORM     this one alone, in each of the ways: FORM="--ephemeral --userns=single"
  LANES    how many containers at the same time (default: processors)
  LIMIT    seconds a command may take (default 30)
  KEEP=1   leave the working directory there
USAGE
}

die() { echo "Bail out! $1"; exit 2; }
case ${1-} in -h | --help) usage; exit ;; esac

for tool in jq cc timeout unshare awk; do command -v "$tool" >/dev/null || die "$tool is not installed"; done
MINIRUN=$(readlink -f "${MINIRUN:-$here/../../bin/minirun}")
[[ -x $MINIRUN ]] || die "there is no $MINIRUN"

WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile.XXXXXX")
SUITE=${WORK##*.}
chmod 755 "$WORK"
. "$here/matrix/host.sh"
. "$here/matrix/forms.sh"
. "$here/matrix/clients.sh"
. "$here/matrix/verdicts.sh"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
prepare_host

# --- forms -----------------------------------------------------------------------------------------------------------

echo "TAP version 14"
echo "# $("$MINIRUN" version 2>/dev/null </dev/null | head -1), as $(id -un), kernel $(uname -r)"
read_flags
complete_flags

wanted_flags=("$@")
list_forms >"$WORK/forms"

# --- lanes -----------------------------------------------------------------------------------------------------------

declare -p values words both >"$WORK/table"
export WORK SUITE LANES LIMIT WAYS MINIRUN OCI me here
lanes=()
for ((lane = 0; lane < LANES; lane++)); do
    # As root in a mount namespace with an own /dev and /etc: an attack that succeeds changes copies. An ordinary user can change neither.
    private=()
    [[ $me != 0 ]] || private=(env MATRIX_OUTSIDE="$(readlink /proc/self/ns/mnt)" unshare --mount --propagation private --)
    ${private[@]+"${private[@]}"} "$here/matrix/lane.sh" "$lane" &
    lanes+=($!)
done
for lane in "${lanes[@]}"; do wait "$lane" || gaps+=("a lane broke off"); done
cat "$WORK"/lane*/verdicts >"$WORK/verdicts"
take_out_known
print_verdicts
