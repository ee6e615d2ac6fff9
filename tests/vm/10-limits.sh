# Limits: what config.json asks for is in the cgroup, and holds.
# shellcheck shell=bash disable=SC2016,SC2154 # scripts for the shell inside; variables of the harness

# limit FILE: of the container that was started.
limit() { cat "$cgroup/$1"; }

A_memory_limit_and_a_swap_limit_are_in_the_cgroup() {
    started c '.linux.resources.memory = { limit: 67108864, swap: 100663296, reservation: 33554432 }'
    equals 67108864 "$(limit memory.max)"
    equals 33554432 "$(limit memory.swap.max)" # version 1 counted memory and swap together, and so does the specification
    equals 33554432 "$(limit memory.low)"
}

Unlimited_swap_is_max() {
    started c '.linux.resources.memory = { limit: 67108864, swap: -1 }'
    equals max "$(limit memory.swap.max)"
}

Processor_time_is_limited_by_quota_and_period() {
    started c '.linux.resources.cpu = { quota: 25000, period: 50000 }'
    equals "25000 50000" "$(limit cpu.max)"
}

Fewer_shares_are_a_lower_weight() {
    started few '.linux.resources.cpu.shares = 512'
    local few; few=$(limit cpu.weight)
    started many '.linux.resources.cpu.shares = 4096'
    ((few >= 2 && few < 100 && $(limit cpu.weight) > 100)) || no "512 shares became $few, 4096 became $(limit cpu.weight)"
}

A_burst_is_in_the_cgroup() {
    without runc crun -- "no cpu.burst in Debian 12's version"
    started c '.linux.resources.cpu = { quota: 50000, period: 100000, burst: 20000 }'
    equals 20000 "$(limit cpu.max.burst)"
}

An_idle_container_is_idle() {
    without runc crun -- "no cpu.idle in Debian 12's version"
    started c '.linux.resources.cpu.idle = 1'
    equals 1 "$(limit cpu.idle)"
}

A_container_runs_on_the_processors_it_was_given() {
    ran c '.linux.resources.cpu = { cpus: "1", mems: "0" }'" | $(shell 'nproc; cat /sys/fs/cgroup/cpuset.cpus /sys/fs/cgroup/cpuset.mems')"
    equals $'1\n1\n0' "$said"
}

The_number_of_processes_is_limited() {
    started c '.linux.resources.pids.limit = 17'
    equals 17 "$(limit pids.max)"
}

Unified_keys_are_written_as_they_are() {
    started c '.linux.resources.unified = { "memory.high": "50331648", "memory.min": "1048576", "cpu.weight": "37", "pids.max": "23" }'
    equals "50331648 1048576 37 23" "$(limit memory.high) $(limit memory.min) $(limit cpu.weight) $(limit pids.max)"
}

A_unified_key_that_the_kernel_does_not_know_is_an_error_that_names_it() {
    bundle c '.linux.resources.unified = { "memory.nonsense": "1" }'
    containers+=(c)
    fails oci run --bundle "$bundle" c
    contains "$said" memory.nonsense
}

A_block_weight_is_in_the_cgroup() {
    [[ $LANE == root ]] || { [[ -e /sys/fs/cgroup$CGROUP/io.weight ]] || skip "no io controller for this user"; }
    started c '.linux.resources.blockIO.weight = 500'
    equals "default 4950" "$(limit io.weight)"
}

Block_throughput_is_limited() {
    started c '.linux.resources.blockIO = { throttleReadBpsDevice: [{ major: 259, minor: 0, rate: 1048576 }],
        throttleWriteIOPSDevice: [{ major: 259, minor: 0, rate: 100 }] }'
    contains "$(limit io.max)" "259:0 rbps=1048576 wbps=max riops=max wiops=100"
}

Memory_beyond_the_limit_kills_and_is_seen() {
    local filter='.linux.resources.memory = { limit: 20971520, swap: 20971520 }'
    ran c "$filter | $(shell 'exec tail /dev/zero')" # tail keeps all of a line
    equals 137 "$status"
    started seen "$filter | $(shell 'tail /dev/zero; sleep 1000')"
    eventually file_has "$cgroup/memory.events" '^oom_kill [1-9]'
    equals running "$(state seen)"
}

A_fork_bomb_is_capped() {
    started c ".linux.resources.pids.limit = 30 | $(shell 'b() { b | b & }; b; while :; do sleep 1000; done')"
    eventually file_has "$cgroup/pids.events" '^max [1-9]'
    (($(limit pids.peak 2>/dev/null || limit pids.current) <= 30)) || no "there were $(limit pids.peak) processes"
    oci delete --force c
    eventually gone "$cgroup"
}

Limits_of_a_running_container_are_changed_by_flags() {
    started c '.linux.resources = { memory: { limit: 67108864, swap: 67108864 }, pids: { limit: 10 }, cpu: { shares: 1024 } }'
    oci update --memory 134217728 --memory-swap 201326592 --pids-limit 50 --cpu-quota 30000 --cpu-period 100000 --cpuset-cpus 0 c
    equals "134217728 67108864 50 30000 100000 0" \
        "$(limit memory.max) $(limit memory.swap.max) $(limit pids.max) $(limit cpu.max) $(limit cpuset.cpus)"
}

An_update_by_document_leaves_alone_what_is_zero() {
    without crun -- "refuses kernel memory, even 0"
    started c '.linux.resources = { memory: { limit: 67108864, swap: 67108864 },
        pids: { limit: 10 }, cpu: { quota: 20000, period: 100000 } }'
    echo '{"memory":{"limit":50331648,"reservation":0,"kernel":0},"cpu":{"shares":0,"quota":0,"period":0},"pids":{"limit":44},
          "blockIO":{"weight":0}}' |
        oci update --resources - c # docker's own, but for the numbers
    equals "50331648 20000 100000 44" "$(limit memory.max) $(limit cpu.max) $(limit pids.max)"
}

# --- device rules: an eBPF program on the cgroup ------------------------------------------------------------------

if [[ $LANE == root ]]; then
    # A disk is no device that a container has by default; who is root can open it without a capability.
    IFS=: read -r major minor </sys/block/nvme0n2/dev
    disk=".linux.devices = [{ path: \"/dev/disk\", type: \"b\", major: $major, minor: $minor, fileMode: 438, uid: 0, gid: 0 }]"
    deny='{ allow: false, access: "rwm" }'
    allow() { echo "{ allow: ${2-true}, type: \"b\", major: $major, minor: $minor, access: \"$1\" }"; }

    A_device_that_no_rule_allows_cannot_be_opened() {
        ran c "$disk | .linux.resources.devices = [$deny] | $(shell 'head -c1 /dev/zero | wc -c; : </dev/disk')"
        contains "$said" "1"
        contains "$said" "Operation not permitted"
    }

    A_device_that_a_rule_allows_can_be_opened() {
        ran c "$disk | .linux.resources.devices = [$deny, $(allow rw)] | $(shell ': <>/dev/disk && echo opened')"
        equals opened "$said"
    }

    A_device_rule_can_allow_reading_alone() {
        ran c "$disk | .linux.resources.devices = [$deny, $(allow r)] | $(shell ': </dev/disk && echo read; : <>/dev/disk')"
        contains "$said" read
        contains "$said" "Operation not permitted"
    }

    The_last_device_rule_that_fits_decides() {
        without runc -- "refuses a rule inside of a wider one"
        ran c "$disk | .linux.resources.devices = [$deny, { allow: true, type: \"b\", access: \"rwm\" }, $(allow w false)]
            | $(shell ': </dev/disk && echo read; : >/dev/disk')"
        contains "$said" read
        contains "$said" "Operation not permitted"
    }

    A_device_that_a_container_makes_is_held_by_the_rules_too() {
        ran c ".process.capabilities |= map_values(. + [\"CAP_MKNOD\"]) | .linux.resources.devices = [$deny]
            | $(shell "mknod /dev/mine b $major $minor; head -c1 /dev/mine")"
        contains "$said" "Operation not permitted"
    }

    An_update_of_limits_leaves_device_rules_in_place() {
        started c "$disk | .linux.resources.devices = [$deny]"
        oci update --memory 134217728 c
        exits 1 oci exec c /bin/sh -c ': </dev/disk'
        contains "$said" "Operation not permitted"
    }
fi
