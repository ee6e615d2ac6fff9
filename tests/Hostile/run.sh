#!/bin/bash
# tests/Hostile/run.sh [CASE...]: tries ten years of container escapes on an OCI runtime, as root or as an ordinary user.
# README.md tells how. TAP on stdout; the last lines are a table of verdicts. Fails when the runtime falls in a case.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C

usage() {
    cat <<'USAGE'
usage: [RUNTIME=/usr/sbin/runc] tests/Hostile/run.sh [-l] [CASE...]

  CASE          T4, T04 or a CVE; all of them by default.  -l lists them.
  RUNTIME       the OCI runtime (default: bin/minirun-oci of this checkout)
  RUNTIME_ARGS  global flags for it, for example --cgroup-manager=disabled
  ENGINE        an engine with the command line of podman for the cases about cp and ports
                (default: the minirun beside minirun-oci; none for other runtimes)
  ENGINE_FLAGS  what stands before the root file system in its `run` (podman: --rootfs)
  TRIES         mounts that are raced for in each race (default 2000)
  LIMIT         seconds a command of the runtime may take (default 60)
  KEEP=1        leave the working directory there
USAGE
}

die() { echo "Bail out! $1"; exit 2; }

# chosen WANTED...: the files of these cases, of all when none is named.
chosen() {
    local file wanted number letter
    for file in "$here"/cases/T*.sh; do
        if (($# == 0)); then echo "$file"; fi
        for wanted in "$@"; do
            number=$(sed -nE 's/^[Tt]0*([0-9]+)[a-z]?$/\1/p' <<<"$wanted") letter=${wanted##*[0-9]}
            if [[ -n $number && ${file##*/} == "$(printf 'T%02d' "$number")"${letter:-[-b]}* ]] ||
                { [[ -z $number ]] && grep -qi "^# cve:.*$wanted\b" "$file"; }; then
                echo "$file"
            fi
        done
    done | sort -u
}

field() { sed -n "s/^# $1: *//p" "$2"; }

case ${1-} in
    -h | --help) usage; exit ;;
    -l)
        while read -r file; do
            printf '%-4s %s: %s\n' "$(basename "$file" .sh | cut -d- -f1)" "$(field cve "$file")" "$(field title "$file")"
        done < <(chosen)
        exit
        ;;
    -*) usage >&2; exit 2 ;;
esac
mapfile -t files < <(chosen "$@")
((${#files[@]} > 0)) || die "no such case: $*"

# A mount namespace of our own: what goes wrong here goes wrong for nobody else. An ordinary user cannot mount on the host anyway.
if [[ $(id -u) == 0 && -z ${HOSTILE_INSIDE-} ]]; then HOSTILE_INSIDE=1 exec unshare --mount --propagation private -- "$here/run.sh" "$@"; fi

# --- what the cases work with --------------------------------------------------------------------------------------

for tool in jq cc timeout unshare find sha256sum; do command -v "$tool" >/dev/null || die "$tool is not installed"; done
RUNTIME=${RUNTIME:-$here/../../bin/minirun-oci}
RUNTIME=$(command -v -- "$RUNTIME") || die "there is no runtime $RUNTIME"
if [[ -z ${ENGINE-} && ${RUNTIME##*/} == minirun-oci && -x ${RUNTIME%-oci} ]]; then ENGINE=${RUNTIME%-oci}; fi
if [[ ${ENGINE-} == *podman ]]; then ENGINE_FLAGS=--rootfs; fi
export ENGINE_FLAGS=${ENGINE_FLAGS-} ENGINE=${ENGINE-} RUNTIME_ARGS=${RUNTIME_ARGS-}
export TRIES=${TRIES:-2000} LIMIT=${LIMIT:-60} WORK HERE=$here SUITE

WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/hostile.XXXXXX")
SUITE=${WORK##*.}
chmod 755 "$WORK"
clean_up() {
    [[ -z ${KEEP-} ]] || { echo "# kept: $WORK"; return; }
    chmod -R u+rwX "$WORK" 2>/dev/null || true
    rm -rf --one-file-system "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -m 700 "$WORK/state" "$WORK/run" "$WORK/home"
mkdir "$WORK/bin" "$WORK/help" "$WORK/tmp"
"$here/helpers/make.sh" "$WORK/help" || die "the helpers cannot be compiled (a static libc is needed: libc6-dev)"
"$here/rootfs.sh" "$WORK/rootfs" "$WORK/help" || die "no static busybox is here (package busybox-static)"
# A copy: whoever overwrites it has won, and nothing is lost.
cp -L -- "$RUNTIME" "$WORK/bin/${RUNTIME##*/}"
export ORIGINAL=$RUNTIME RUNTIME=$WORK/bin/${RUNTIME##*/}
# With both kinds of cgroups mounted some runtimes refuse to work (crun 1.8): they shall see one. Ours refuses to work without one of them,
# where a bundle has no seccomp filter.
if [[ $(id -u) == 0 && ${RUNTIME##*/} != minirun-oci ]]; then umount /sys/fs/cgroup/unified 2>/dev/null || true; fi

# --- the cases -----------------------------------------------------------------------------------------------------

cgroups() { find /sys/fs/cgroup -type d -name "*hostile.$SUITE*" 2>/dev/null || true; }

version() { "$RUNTIME" --version 2>/dev/null </dev/null | head -1 || true; }

mounts_before=$(cut -d' ' -f1-5 /proc/self/mountinfo)
echo "TAP version 14"
echo "1..$((${#files[@]} + 1))"
echo "# runtime: $(version) ($(basename "$ORIGINAL")), as $(id -un), kernel $(uname -r), tries $TRIES"

bash "$here/case.sh" "$here/control.sh" "$WORK/control" || true
[[ $(head -1 "$WORK/control" 2>/dev/null) == withstands ]] ||
    die "an ordinary container does not run: $(sed -n 2p "$WORK/control" 2>/dev/null)"

number=0
fallen=0
left=()
for file in "${files[@]}"; do
    name=$(basename "$file" .sh)
    case_id=${name%%-*}
    line="$((number += 1)) - $case_id $(field cve "$file"): $(field title "$file")"
    result=$WORK/$name.result
    "$WORK/help/reap" bash "$here/case.sh" "$file" "$result" || true
    { read -r verdict; read -r why; } <"$result" || true
    tries=$(sed -n 's/^tries: //p' "$result")
    while read -r thing; do left+=("$case_id: $thing"); done < <(sed -n 's/^left: //p' "$result")
    case $verdict in
        skip) echo "ok $line # SKIP $why"; verdict="not applicable" ;;
        withstands | refused) echo "ok $line" ;;
        *)
            # A fall that is known and being worked on (a line `# known: RUNTIME: WHY` of the case) is said, and does not count.
            known=$(sed -n "s/^# known: ${RUNTIME##*/}: //p" "$file")
            [[ -n $known ]] || fallen=$((fallen + 1))
            echo "not ok $line${known:+ # TODO $known}"
            echo "# $verdict: $why"
            ;;
    esac
    case $verdict in
        withstands) echo "# withstands, $tries" ;;
        refused) echo "# refused, $tries; $why" ;;
        "not applicable") ;;
        *) echo "# $tries" ;;
    esac
    cves=$(field cve "$file")
    more=${cves//[^,]/}
    printf '# %-4s %-20s %-15s %s\n' "$case_id" "${cves%%,*}${more:+ +${#more}}" "$verdict" \
        "$([[ $verdict == withstands || $verdict == refused ]] || echo "$why")" >>"$WORK/table"
done

# crun makes directories and files where it thinks that the cgroups of version 2 are, too: those are none.
while read -r cgroup; do
    case $(stat -f -c %T "$cgroup" 2>/dev/null) in
        cgroup*) left+=("cgroup $cgroup"); rmdir "$cgroup" 2>/dev/null || true ;;
        tmpfs) rm -rf --one-file-system "$cgroup" ;;
    esac
done < <(cgroups | sort -r)
[[ $(cut -d' ' -f1-5 /proc/self/mountinfo) == "$mounts_before" ]] || left+=("mounts")
if ((${#left[@]} == 0)); then
    echo "ok $((number + 1)) - nothing is left behind: processes, cgroups, mounts, files"
else
    fallen=$((fallen + 1))
    echo "not ok $((number + 1)) - nothing is left behind: processes, cgroups, mounts, files"
    printf '# left: %s\n' "${left[@]}"
fi
echo "#"
printf '# %-4s %-20s %-15s %s\n' case CVE verdict why
cat "$WORK/table"
((fallen == 0))
