# AppArmor: a profile that is loaded holds the container's process.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # scripts for the shell inside; variables of the harness

if [[ $LANE == root ]]; then
    # profile NAME: everything is allowed, but for reading /etc/passwd.
    profile() {
        apparmor_parser --replace --skip-cache <<<"profile $1 flags=(attach_disconnected,mediate_deleted) {
            file, capability, network, mount, umount, pivot_root, signal, unix, ptrace,
            deny /etc/passwd r,
        }"
    }

    remove_profile() { apparmor_parser --remove <<<"profile $1 {}"; }

    The_profile_of_the_document_is_the_processes() {
        profile vm-test
        ran c ".process.apparmorProfile = \"vm-test\" | $(shell 'cat /proc/self/attr/current')"
        remove_profile vm-test
        equals "vm-test (enforce)" "$said"
    }

    What_the_profile_denies_is_denied() {
        profile vm-test
        ran c ".process.apparmorProfile = \"vm-test\" | $(shell 'cat /etc/group >/dev/null && echo group; cat /etc/passwd')"
        remove_profile vm-test
        contains "$said" group
        contains "$said" "Permission denied"
    }

    Without_a_profile_a_container_is_unconfined() {
        ran c "$(shell 'cat /proc/self/attr/current')"
        equals unconfined "$said"
    }

    Exec_has_the_profile_of_the_container_or_its_own() {
        profile vm-test
        profile vm-exec
        started c '.process.apparmorProfile = "vm-test"'
        local container own
        container=$(oci exec c /bin/cat /proc/self/attr/current)
        own=$(oci exec --apparmor vm-exec c /bin/cat /proc/self/attr/current)
        oci delete --force c
        remove_profile vm-test
        remove_profile vm-exec
        equals "vm-test (enforce)" "$container"
        equals "vm-exec (enforce)" "$own"
    }

    A_profile_that_is_not_loaded_is_an_error() {
        bundle c '.process.apparmorProfile = "no-such-profile"'
        containers+=(c)
        fails oci run --bundle "$bundle" c
        matches "$said" "[Nn]o such file"
        without runc crun -- "does not name the profile"
        contains "$said" "no-such-profile"
        contains "$said" "apparmor"
    }
fi
