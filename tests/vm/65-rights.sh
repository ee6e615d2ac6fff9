# What a process in a user namespace may not set for itself, and root outside sets for it.
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2317 # scripts for the shell inside; variables of the harness

if [[ $LANE == root ]]; then
    here='ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj'
    wanted='.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 600, hard: 2000 }] | .process.oomScoreAdj = -500'
    in_user_namespace='.linux.namespaces += [{ type: "user" }] | .linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
        | .linux.gidMappings = .linux.uidMappings
        | (.mounts[] | select(.destination == "/sys")) |= . + { type: "none", source: "/sys", options: (["rbind"] + .options) }'

    # lowered COMMAND...: by one whose own limit is lower, and whose own score is higher.
    lowered() { (ulimit -n 512; echo 300 >/proc/self/oom_score_adj; "$@"); }

    Root_raises_limits_and_lowers_the_score_of_a_container_in_a_user_namespace() {
        without crun -- "leaves it to the process inside, and fails"
        bundle c "$wanted | $in_user_namespace | $(shell "$here")"
        containers+=(c)
        equals $'600\n2000\n-500' "$(lowered oci run --bundle "$bundle" c 2>&1)"
    }

    Root_does_so_for_a_process_that_joins() {
        without runc crun -- "give a joining process the container's score, or none"
        started c "$in_user_namespace"
        jq "$wanted | .process | .args = [\"/bin/sh\", \"-c\", \"$here\"]" "$bundle/config.json" >"$HERE/process.json"
        equals $'600\n2000\n-500' "$(lowered oci exec --process "$HERE/process.json" c 2>&1)"
    }

    Root_does_so_for_run() {
        equals $'600\n2000\n-500' "$(lowered minirun run --ulimit nofile=600:2000 --oom-score-adj -500 "$ROOTFS" /bin/sh -c "$here" 2>&1)"
        equals $'600\n2000\n-500' "$(lowered minirun run --userns 0:100000:65536 --ulimit nofile=600:2000 --oom-score-adj -500 \
            "$ROOTFS" /bin/sh -c "$here" 2>&1)"
    }

    A_limit_above_that_of_the_kernel_is_still_a_warning() {
        without runc crun -- "stop at this time"
        ran c ".process.rlimits = [{ type: \"RLIMIT_NOFILE\", soft: 600, hard: 4000000000 }] | $in_user_namespace | $(shell "ulimit -n")"
        equals 0 "$status"
        contains "$said" "cannot set the limit nofile"
        contains "$said" 600
    }
fi
