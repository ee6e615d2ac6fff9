#!/bin/bash
# leftovers.sh DIRECTORY all|ours: a line for each thing that a container could have left behind. Pids are not in the lines:
# daemons come and go. all: every process of this pid namespace; ours: those with DIRECTORY in their arguments or environment.
set -u
directory=$1 which=$2

processes() {
    local process arguments
    for process in /proc/[0-9]*; do
        # Ourselves, our parent, and what we have started.
        if [[ ${process#/proc/} == "$$" || ${process#/proc/} == "$PPID" ]] ||
            grep -qs "^PPid:[[:space:]]*$$\$" "$process/status"; then
            continue
        fi
        # Zombies have no arguments, nor have kernel threads; our own subshells have ours.
        arguments=$(tr '\0' ' ' <"$process/cmdline")
        if [[ -z $arguments || $arguments == *leftovers.sh* ]]; then continue; fi
        if [[ $which == all ]] || [[ $arguments == *"$directory"* ]] || grep -qs "$directory" "$process/environ"; then
            echo "process ${arguments:0:200}"
        fi
    done
}

{
    processes
    awk '{ print "mount " $5 }' /proc/self/mountinfo
    [[ $which == ours ]] || find /sys/fs/cgroup -mindepth 1 -type d -printf 'cgroup %p\n'
    if [[ $which == all ]]; then set -- /run /var/lib/cni; else set --; fi
    find "$@" "$directory/run" -xdev \( -type d -o -type s -o -type p -o -path '*/netns/*' \) -printf 'file %p\n'
} 2>/dev/null | sort
