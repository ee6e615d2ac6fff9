# dockerd that makes its cgroups itself.
# shellcheck shell=bash disable=SC2034,SC2154 # for docker.sh; variables of the harness

if [[ $LANE == root ]]; then
    driver=cgroupfs
    # shellcheck source=tests/vm/clients/2-docker.sh
    . "$tests/clients/2-docker.sh"
fi
