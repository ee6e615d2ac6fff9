# Sourced before a suite, for one fact. What a fact uses: bundle, oci, started, equals, contains, fails, eventually, skip.
# shellcheck shell=bash disable=SC2034,SC2153 # variables for the suites
# HERE: the fact's own directory. ROOTFS: a busybox tree. CGROUP: a cgroup of ours that containers may be made in.

# begin: the first failure ends the fact, and says where; what the fact made is removed at its end.
begin() {
    set -eEuo pipefail
    trap 'echo "failed: line ${BASH_LINENO[0]}: $BASH_COMMAND" >&2' ERR
    trap clean_up EXIT
    trap 'exit 124' TERM
}

# What is removed at the end of the fact.
containers=() units=()

clean_up() {
    local each
    set +eE
    trap - ERR
    [[ ! -d $HERE/engine ]] || MINIRUN_ROOT=$HERE/engine minirun ps -aq |
        MINIRUN_ROOT=$HERE/engine xargs --no-run-if-empty minirun rm -f >/dev/null 2>&1
    for each in "${containers[@]}"; do oci delete --force "$each" >/dev/null 2>&1; done
    for each in "${units[@]}"; do
        manager stop "$each"
        manager reset-failed "$each"
    done >/dev/null 2>&1
    for each in $(jobs -p); do kill "$each"; done 2>/dev/null
}

# --- saying ------------------------------------------------------------------------------------------------------

skip() { echo "$1" >"$HERE/skip"; exit 77; }

no() { echo "$1" >&2; return 1; }

equals() { [[ $2 == "$1" ]] || no "expected '$1', found '$2'"; }

contains() { [[ $1 == *"$2"* ]] || no "expected '$2' in '$1'"; }

matches() { [[ $1 =~ $2 ]] || no "expected $2 in '$1'"; }

# fails COMMAND...: and what it says is in $said.
fails() {
    if said=$("$@" 2>&1); then no "worked, and should not: $*: $said"; fi
}

# exits STATUS COMMAND...
exits() {
    local status=0
    "${@:2}" >"$HERE/said" 2>&1 || status=$?
    said=$(<"$HERE/said")
    [[ $status == "$1" ]] || no "expected status $1, got $status: $said"
}

# eventually COMMAND...: tries until it works. The deadline is for a machine that is emulated.
eventually() {
    local deadline=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || no "did not come true: $*"
        sleep 0.05
    done
}

file_has() { grep -qE -- "$2" "$1"; }

gone() { [[ ! -e $1 ]]; }

# --- the OCI runtime ---------------------------------------------------------------------------------------------

# An absent runtime skips.
needs_runtime() {
    "$RUNTIME" --version >/dev/null 2>&1 || skip "there is no $RUNTIME that works"
}

# without RUNTIME[@VERSION]... -- WHY: older peers lack what we promise; their facts are skips, and never ours.
without() {
    local each
    while [[ $1 != -- ]]; do
        each=$1; shift
        [[ $(basename "$RUNTIME") != "$each" ]] || { while [[ $1 != -- ]]; do shift; done; skip "$each: $2"; }
    done
}

# oci ARG...: the runtime, with a directory of state of this fact's own. The global flags of a fact are in $flags.
flags=()
oci() { "$RUNTIME" --root "$HERE/state" "${flags[@]}" "$@"; }

# bundle NAME [JQ-FILTER]: a bundle of the base configuration and these changes; its cgroup is ours. Its path is in $bundle.
bundle() {
    needs_runtime
    bundle=$HERE/$1
    mkdir -p "$bundle"
    jq --arg rootfs "$ROOTFS" --arg cgroup "$CGROUP/$1" --arg lane "$LANE" --argjson uid "$(id -u)" --argjson gid "$(id -g)" \
        "$(<"$tests/base.jq") | ${2:-.}" "$tests/base.json" >"$bundle/config.json"
}

# started NAME [JQ-FILTER]: a container that runs `sleep`, or what the filter says, in the background; its cgroup is in $cgroup.
started() {
    bundle "$@"
    containers+=("$1")
    oci create --bundle "$bundle" --pid-file "$HERE/$1.pid" "$1" >"$HERE/$1.out" 2>&1 </dev/null || { cat "$HERE/$1.out"; false; }
    oci start "$1"
    pid=$(<"$HERE/$1.pid")
    cgroup=$(cgroup_of "$pid")
}

# ran NAME JQ-FILTER: a container in the foreground; its output is in $said, its status in $status.
ran() {
    bundle "$@"
    containers+=("$1")
    status=0
    oci run --bundle "$bundle" "$1" >"$HERE/$1.out" 2>&1 </dev/null || status=$?
    said=$(<"$HERE/$1.out")
}

# shell SCRIPT: the filter that makes it the container's command.
shell() { jq -rn --arg script "$1" '".process.args = " + (["/bin/sh", "-c", $script] | tojson)'; }

cgroup_of() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"; }

state() { oci state "$1" | jq -r .status; }

# --- systemd -----------------------------------------------------------------------------------------------------

if [[ $LANE == root ]]; then
    manager() { systemctl "$@"; }
    run_unit() { systemd-run --quiet "$@"; }
    journal() { journalctl --quiet --no-pager --output=cat --unit "$1"; }
else
    manager() { systemctl --user "$@"; }
    run_unit() { systemd-run --user --quiet "$@"; }
    journal() { journalctl --quiet --no-pager --output=cat --user-unit "$1"; }
fi

# property UNIT NAME
property() { manager show --property="$2" --value "$1"; }

# no_unit UNIT: systemd knows no such unit (any more).
no_unit() { [[ $(property "$1" LoadState) == not-found || $(property "$1" ActiveState) == inactive ]]; }

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
