#!/bin/bash
# tests/run-as-user.sh PATH... -- COMMAND...: as root, runs COMMAND as an ordinary user, in a copy of these paths of the
# checkout. A copy, because the checkout may be where that user cannot go. Results (out/test-results, out/bench) come back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

user=${MINIRUN_TEST_USER:-minirun-test}

ensure_user() {
    id "$user" >/dev/null 2>&1 || {
        useradd --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --user-group "$user"
        echo "tests/run-as-user.sh: made the user $user"
    }
    # useradd gives subordinate ids where the files exist and the distribution wants it; else we do.
    grep -qs "^$user:" /etc/subuid || usermod --add-subuids "$(free_ids /etc/subuid)" "$user"
    grep -qs "^$user:" /etc/subgid || usermod --add-subgids "$(free_ids /etc/subgid)" "$user"
}

# free_ids FILE: 65536 ids after the last range that is given away.
free_ids() {
    touch "$1"
    awk -F: 'BEGIN { first = 100000 } $2 + $3 > first { first = $2 + $3 } END { print first "-" first + 65535 }' "$1"
}

make_workspace() {
    work=$(mktemp -d /var/tmp/minirun-test.XXXXXXXX)
    trap 'rm -rf --one-file-system "$work"' EXIT
    trap 'exit 130' INT; trap 'exit 143' TERM
    mkdir "$work/home" "$work/tmp" "$work/checkout" "$work/dev"
    mkdir -m 700 "$work/run"
    # Not by tar: it writes in small pieces, and a program in such a file starts slower (build.sh: place).
    cp -a --parents -- "$@" "$work/checkout"
    chown -hR "$user:" "$work"
    chmod 755 "$work" # ids of a container's user namespace pass through here
}

# environment: what the user gets instead of root's.
environment() {
    echo "PATH=$(dirname "$(command -v dotnet || echo /usr/bin/dotnet)"):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    echo "HOME=$work/home"
    echo "USER=$user"
    echo "LOGNAME=$user"
    echo "SHELL=/bin/sh"
    echo "TMPDIR=$work/tmp"
    echo "XDG_RUNTIME_DIR=$work/run"
    echo "DOTNET_CLI_HOME=$work/home"
    local names='CI|TERM|LANG|LC_ALL|DOTNET_ROOT|DOTNET_NOLOGO|DOTNET_CLI_TELEMETRY_OPTOUT'
    names+='|MINIRUN_(TEST|HANG)_TIMEOUT|MINIRUN_OCI_UNDER_TEST|RUNTIME|RUNTIME_ARGS|TRIES|BENCH_[A-Z]+'
    env | grep -E "^($names)=" || true
}

# No descriptor, capability, group or variable of root's goes along. (runuser would start a PAM session.) Nor do the machine's device nodes,
# which any user may touch: the isolation matrix lets containers do so.
run_as_user() {
    local fd variables
    mapfile -t variables < <(environment)
    for fd in /proc/"$BASHPID"/fd/*; do
        fd=${fd##*/}
        if ((fd > 2 && fd != 255)); then exec {fd}>&-; fi
    done
    cd "$work/checkout" || exit
    local own_dev=("$OLDPWD/tests/Hostile/helpers/own-dev.sh" "$work/dev")
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --propagation private -- bash -c '"$0" "$1" && shift && exec "$@"' "${own_dev[@]}" \
        setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all -- env -i "${variables[@]}" "$@" </dev/null
}

bring_back() {
    local results
    for results in out/test-results out/bench; do
        [[ -d $work/checkout/$results ]] || continue
        mkdir -p "$results"
        cp -rP --no-preserve=ownership "$work/checkout/$results/." "$results/"
    done
}

paths=()
while [[ $# -gt 0 && $1 != -- ]]; do paths+=("$1"); shift; done
shift
[[ $(id -u) == 0 ]] || { echo "tests/run-as-user.sh: only root can do this" >&2; exit 1; }
ensure_user
make_workspace "${paths[@]}"
status=0
(run_as_user "$@") || status=$?
bring_back
exit $status
