# What newer kernels can: mounts with other owners, clocks of their own, stall information.
# shellcheck shell=bash disable=SC2016,SC2154 # scripts for the shell inside; variables of the harness

if [[ $LANE == root ]]; then
    # A directory of root's, with a file of root's.
    files() { mkdir -p "$HERE/files"; echo mine >"$HERE/files/mine"; chmod 755 "$HERE" "$HERE/files"; }

    in_user_namespace='.linux.namespaces += [{ type: "user" }] | .linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
        | .linux.gidMappings = .linux.uidMappings
        | .root.readonly = true | (.mounts[] | select(.destination == "/sys"))
            |= . + { type: "none", source: "/sys", options: (["rbind"] + .options) }'

    # idmapped OPTIONS MORE
    idmapped() { echo ".mounts += [{ destination: \"/mnt\", type: \"bind\", source: \"$HERE/files\", options: $1 } + ${2:-{\}}]"; }

    An_idmapped_mount_shows_the_owners_of_the_containers_user_namespace() {
        without runc -- "no idmapped mounts in Debian 12's version"
        files
        ran c "$in_user_namespace | $(idmapped '["rbind", "idmap"]') | $(shell 'stat -c %u:%g /mnt/mine; touch /mnt/new')"
        equals 0:0 "$said"
        equals 0:0 "$(stat -c %u:%g "$HERE/files/new")"
    }

    An_idmapped_mount_can_have_mappings_of_its_own() {
        without runc crun -- "no mappings of a mount in Debian 12's version"
        files
        local map='[{ containerID: 0, hostID: 1000, size: 10 }]'
        ran c "$(idmapped '["rbind", "idmap"]' "{ uidMappings: $map, gidMappings: $map }") | $(shell 'stat -c %u:%g /mnt/mine')"
        equals 1000:1000 "$said"
    }

    # The offset is added to the host's clock.
    A_time_namespace_has_clocks_of_its_own() {
        without runc -- "no time namespaces in Debian 12's version"
        ran c ".linux.namespaces += [{ type: \"time\" }]
            | .linux.timeOffsets = { boottime: { secs: 1000000, nanosecs: 0 }, monotonic: { secs: 500000, nanosecs: 0 } }
            | $(shell 'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets')"
        matches "$said" "^100[0-9]{4}"
        matches "$said" "monotonic +500000"
    }

    A_time_namespace_without_offsets_has_the_hosts_clocks() {
        without runc -- "no time namespaces in Debian 12's version"
        ran c ".linux.namespaces += [{ type: \"time\" }] | $(shell 'cut -d. -f1 /proc/uptime')"
        matches "$said" "^[0-9]{1,4}$"
    }
fi

Stalls_of_a_container_can_be_read() {
    started c '.linux.resources.memory.limit = 67108864'
    local resource
    for resource in cpu memory io; do matches "$(<"$cgroup/$resource.pressure")" "^some avg10=[0-9.]+ avg60"; done
}
