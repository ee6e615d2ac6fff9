# podman with systemd as cgroup manager: scopes, which is Debian's default. As root, and rootless.
# shellcheck shell=bash disable=SC2034,SC2154 # for podman.sh

driver=systemd
# shellcheck source=tests/vm/clients/2-podman.sh
. "$tests/clients/2-podman.sh"
