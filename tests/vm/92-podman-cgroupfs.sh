# podman that makes its cgroups itself; root only, since a user's are systemd's to give.
# shellcheck shell=bash disable=SC2034,SC2154 # for podman.sh; variables of the harness

if [[ $LANE == root ]]; then
    driver=cgroupfs
    # shellcheck source=tests/vm/clients/2-podman.sh
    . "$tests/clients/2-podman.sh"
fi
