# dockerd that asks systemd for its cgroups, which is its default on cgroup v2.
# shellcheck shell=bash disable=SC2034,SC2154 # for docker.sh; variables of the harness

if [[ $LANE == root ]]; then
    driver=systemd
    # shellcheck source=tests/vm/clients/2-docker.sh
    . "$tests/clients/2-docker.sh"
fi
