#!/bin/bash
# bench/churn.sh [SECONDS [LANES]]: containers come and go for so long, side by side: run -d, exec, logs, stop, start, rm. Then whatever is
# left of them is counted: processes, mounts, cgroups, files. One more than before, or one failed command, is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-${BENCH_SECONDS:-60}} lanes=${2:-4}
tree=$PWD/rootfs-samples/busybox
root=$(mktemp -d "${TMPDIR:-/tmp}/minirun-churn.XXXXXX")
export MINIRUN_ROOT=$root/m
trap 'rm -rf "$root"' EXIT
mkdir "$root/m"

# Those of others on this machine do not count: only what bears our root's name, or an id of ours.
processes() { pgrep -f -c "^minirun-monitor $root|minirun-churn-mark" || true; }
mounts() { grep -c -F "$root" /proc/self/mountinfo || true; }
files() { find "$root/m" -mindepth 1 ! -path '*/events*' ! -path '*/graveyard*' ! -type d | wc -l; }
cgroups() {
    local id left=0
    while read -r id; do
        [[ -z $(find /sys/fs/cgroup -maxdepth 4 -type d -name "*$id*" -print -quit 2>/dev/null) ]] || left=$((left + 1))
    done < <(cat "$root"/ids.* 2>/dev/null | tail -200)
    echo "$left"
}
descriptors() { find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l; }
resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }
monitor() { bin/minirun inspect -f '{{.State.ConmonPid}}' "$1"; }

# lane NUMBER: one cycle after the other.
lane() {
    local name=lane$1 cycles=0 failed=0
    # step ARG...: a command that has to succeed.
    step() {
        bin/minirun "$@" </dev/null >"$root/out.$name" 2>"$root/error.$name" && return
        failed=$((failed + 1))
        echo "$name, cycle $cycles: minirun $*: $(tr '\n' ' ' <"$root/error.$name")" >>"$root/failures"
    }
    while (($(date +%s) < end)); do
        step run -d --name "$name" -v "/$name" "$tree" sh -c 'echo minirun-churn-mark; exec sleep 1000'
        cat "$root/out.$name" >>"$root/ids.$name"
        step exec "$name" true
        step logs "$name"
        step stop -t 0 "$name"
        step start "$name"
        step exec "$name" true
        step rm -f -v "$name"
        cycles=$((cycles + 1))
    done
    echo "$cycles $failed" >"$root/lane.$1"
}

# One that lives through it all, with a line now and then: what its monitor has must not grow.
bin/minirun run -d --name witness --health-cmd true --health-interval 1s "$tree" \
    sh -c 'while echo minirun-churn-mark; do sleep 1; done' </dev/null >/dev/null
sleep 1
witness=$(monitor witness)
before_fds=$(descriptors "$witness") before_files=$(files) before_processes=$(processes) before_mounts=$(mounts)
end=$(($(date +%s) + seconds))
for ((i = 1; i <= lanes; i++)); do lane "$i" & done
wait
cycles=0 failed=0
for ((i = 1; i <= lanes; i++)); do
    read -r done_here failed_here <"$root/lane.$i"
    cycles=$((cycles + done_here)) failed=$((failed + failed_here))
done
for ((i = 0; i < 100; i++)); do
    (($(processes) > before_processes)) || break
    sleep 0.1
done
after_fds=$(descriptors "$witness") after_files=$(files) after_processes=$(processes) after_mounts=$(mounts) left_cgroups=$(cgroups)

echo "### Engine: churn"
echo
echo "$cycles cycles of run -d, exec, logs, stop, start, exec, rm in $seconds s, $lanes at a time:" \
    "$((cycles * 7)) commands, $failed failed."
echo
echo "| | before | after |"
echo "| --- | ---: | ---: |"
echo "| processes | $before_processes | $after_processes |"
echo "| mounts | $before_mounts | $after_mounts |"
echo "| files | $before_files | $after_files |"
echo "| cgroups of the last 200 | 0 | $left_cgroups |"
echo "| descriptors of a monitor that lived through it | $before_fds | $after_fds |"
echo "| its memory, KiB | | $(resident "$witness") |"
echo
bin/minirun rm -f witness >/dev/null
if [[ -s $root/failures ]]; then head -5 "$root/failures" >&2; fi
# A health check that runs just now has two descriptors.
((failed == 0 && after_processes <= before_processes && after_mounts == before_mounts && after_files <= before_files + 1 &&
    left_cgroups == 0 && after_fds <= before_fds + 3))
