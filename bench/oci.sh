# shellcheck shell=bash
# The variables come from bench.sh, and go back to it.
# shellcheck disable=SC2034,SC2154
# Part of bench.sh: minirun-oci next to runc and crun, with one full bundle: what an engine hands over.
#
# The bundle is what `minirun run --print-spec` prints: mounts, masks, capabilities and the default seccomp profile; and, in its second
# form, a cgroup with a memory and a pids limit. crun refuses a hybrid hierarchy; bench.sh takes the v2 tree out of its sight.

oci_root=$PWD/$out/oci # crun changes its directory before it uses --root
oci_state=(--root "$oci_root/state")
minirun_oci="bin/minirun-oci ${oci_state[*]}"
runc_oci="runc ${oci_state[*]}-runc"
crun_oci="crun ${oci_state[*]}-crun"
# The same two without cgroups; each has its own state.
minirun_none="bin/minirun-oci ${oci_state[*]}-none --cgroup-manager=disabled"
crun_none="crun ${oci_state[*]}-crun-none --cgroup-manager=disabled"
oci_all=("$runc_oci" "$minirun_oci" "$crun_oci" "$minirun_none" "$crun_none")

oci_bundles() {
    local limited=$oci_root/limited plain=$oci_root/plain
    mkdir -p "$limited" "$plain"
    bin/minirun run --print-spec "$tree" /bin/true </dev/null >"$plain/config.json"
    bin/minirun run --memory 256m --pids-limit 100 --print-spec "$tree" /bin/true </dev/null >"$limited/config.json"
    sed 's#"/bin/true"#"sleep", "'"$marker"'"#' "$plain/config.json" >"$oci_root/config.json"
}

# lifecycle COMMAND BUNDLE ID: create, start, and delete as the shims do. One shell each, the same for all.
lifecycle() { echo "sh -c '$1 create --bundle $2 $3 </dev/null >/dev/null 2>&1 && $1 start $3 && $1 delete --force $3'"; }

oci_table() {
    time_peers "$out/$1.csv"
    echo "### $2"
    echo
    table "$out/$1.csv"
    notes=()
}

# Something to exec in: one container of each runtime.
oci_sleepers() {
    local runtime
    mkdir -p "$oci_root/sleeper"
    cp "$oci_root/config.json" "$oci_root/sleeper/config.json"
    for runtime in "${oci_all[@]}"; do
        # shellcheck disable=SC2086
        without_v2 $runtime run --detach --bundle "$oci_root/sleeper" "$oci_sleeper" </dev/null >/dev/null 2>&1 || true
    done
}

oci_sleeper=minirun-bench-sleeper
oci_end() {
    local runtime
    for runtime in "${oci_all[@]}"; do
        # shellcheck disable=SC2086
        without_v2 $runtime delete --force "$oci_sleeper" >/dev/null 2>&1 || true
    done
}

oci() {
    local id=minirun-bench-oci
    has runc || { echo "(no runc here: no OCI table)"; return; }
    rm -rf "$oci_root"
    oci_bundles
    peers=() notes=()
    add_peer "runc" "$runc_oci run --bundle $oci_root/limited $id-r"
    add_peer "minirun-oci" "$minirun_oci run --bundle $oci_root/limited $id-m"
    add_peer "crun" "$crun_oci run --bundle $oci_root/limited $id-c"
    add_peer "minirun-oci without cgroups" "$minirun_none run --bundle $oci_root/plain $id-n"
    add_peer "crun without cgroups" "$crun_none run --bundle $oci_root/plain $id-d"
    oci_table oci-run "OCI: run of a full bundle (seccomp, masks, cgroup limits)"
    peers=()
    add_peer "runc" "$(lifecycle "$runc_oci" "$oci_root/limited" "$id-r")"
    add_peer "minirun-oci" "$(lifecycle "$minirun_oci" "$oci_root/limited" "$id-m")"
    add_peer "crun" "$(lifecycle "$crun_oci" "$oci_root/limited" "$id-c")"
    add_peer "minirun-oci without cgroups" "$(lifecycle "$minirun_none" "$oci_root/plain" "$id-n")"
    add_peer "crun without cgroups" "$(lifecycle "$crun_none" "$oci_root/plain" "$id-d")"
    oci_table oci-lifecycle "OCI: create, start, delete"
    oci_sleepers
    peers=()
    add_peer "runc" "$runc_oci exec $oci_sleeper /bin/true"
    add_peer "minirun-oci" "$minirun_oci exec $oci_sleeper /bin/true"
    add_peer "crun" "$crun_oci exec $oci_sleeper /bin/true"
    add_peer "minirun-oci without cgroups" "$minirun_none exec $oci_sleeper /bin/true"
    add_peer "crun without cgroups" "$crun_none exec $oci_sleeper /bin/true"
    oci_table oci-exec "OCI: exec into a running container"
    oci_end
}
