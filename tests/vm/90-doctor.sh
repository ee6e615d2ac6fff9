# minirun doctor, on a machine as people have it.
# shellcheck shell=bash disable=SC2016,SC2154 # scripts for the shell inside; variables of the harness

# probe_is NAME JQ-CONDITION
probe_is() {
    [[ -e $HERE/doctor ]] || minirun doctor --json >"$HERE/doctor"
    jq -e --arg name "$1" ".[] | select(.name == \$name) | $2" "$HERE/doctor" >/dev/null ||
        no "$(jq -c --arg name "$1" '.[] | select(.name == $name)' "$HERE/doctor")"
}

Doctor_finds_that_run_works() {
    exits 0 minirun doctor
    contains "$said" "minirun run will work"
}

Doctor_finds_pure_version_2() {
    probe_is cgroups '.state == "ok" and (.detail | startswith("version 2"))'
}

Doctor_says_what_favordynmods_would_do() {
    probe_is cgroups '.detail | contains("favordynmods")'
}

Doctor_names_the_controllers_that_were_delegated() {
    probe_is cgroup-delegation '.state == "ok" and (.detail | contains("memory") and contains("pids") and contains("cpuset"))'
}

Doctor_finds_stall_information_and_cgroup_kill() {
    probe_is pressure '.state == "ok"'
    probe_is cgroup-kill '.state == "ok"'
    probe_is clone-into-cgroup '.state == "ok"'
}

Doctor_finds_AppArmor_and_time_namespaces() {
    probe_is apparmor '.detail | contains("profiles")'
    probe_is time-namespace '.state == "ok"'
}

Doctor_finds_whether_mounts_can_be_idmapped() {
    if [[ $LANE == root ]]; then probe_is idmapped-mounts '.state == "ok"'; else probe_is idmapped-mounts '.state == "degraded"'; fi
}
