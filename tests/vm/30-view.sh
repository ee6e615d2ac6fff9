# What a container sees of its cgroup.
# shellcheck shell=bash disable=SC2016,SC2154 # scripts for the shell inside; variables of the harness

writable='(.mounts[] | select(.destination == "/sys/fs/cgroup") | .options) = ["nosuid", "noexec", "nodev", "rw"]'

A_container_sees_its_own_cgroup_as_the_root() {
    ran c "$(shell 'cat /proc/self/cgroup')"
    equals 0::/ "$said"
}

Its_limits_are_readable_inside() {
    ran c ".linux.resources.memory.limit = 67108864
        | $(shell 'cat /sys/fs/cgroup/memory.max; ls /sys/fs/cgroup/cgroup.procs
            cat /sys/fs/cgroup/memory.events | head -n 1; head -c 4 /sys/fs/cgroup/cpu.pressure')"
    equals $'67108864\n/sys/fs/cgroup/cgroup.procs\nlow 0\nsome' "$said"
}

A_cgroup_mounted_read_only_cannot_be_changed() {
    ran c "$(shell 'mkdir /sys/fs/cgroup/sub; echo 1 >/sys/fs/cgroup/pids.max')"
    contains "$said" "Read-only file system"
    [[ $status != 0 ]] || no "pids.max was written"
}

A_cgroup_mounted_writable_can_be_divided() {
    ran c "$writable | $(shell 'cd /sys/fs/cgroup; mkdir leaf && echo $$ >leaf/cgroup.procs &&
        echo +pids >cgroup.subtree_control && echo 9 >leaf/pids.max && cat leaf/pids.max /proc/self/cgroup')"
    equals $'9\n0::/leaf' "$said"
}

Without_a_cgroup_namespace_the_path_is_the_hosts() {
    ran c ".linux.namespaces |= map(select(.type != \"cgroup\")) | $(shell 'cat /proc/self/cgroup')"
    equals "0::$CGROUP/c" "$said"
}

if [[ $LANE == root ]]; then
    # The options belong to the file system, not to the mount: who mounts it in the host's cgroup namespace sets them anew.
    A_container_without_a_cgroup_namespace_leaves_the_options_of_the_host() {
        without runc crun -- "takes nsdelegate away from the host"
        ran c ".linux.namespaces |= map(select(.type != \"cgroup\")) | $(shell 'cat /sys/fs/cgroup/memory.max')"
        equals max "$said"
        contains "$(findmnt --noheadings --output OPTIONS /sys/fs/cgroup)" nsdelegate
    }
fi
