#!/bin/bash
# A minimal Debian, made by mmdebstrap from this machine's own package sources. About 150 MB and a minute or two.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

suite=${DEBIAN_SUITE:-bookworm}

require_mmdebstrap() {
    command -v mmdebstrap >/dev/null || fail "mmdebstrap is not installed" "apt-get install --no-install-recommends mmdebstrap"
    [[ $(id -u) != 0 ]] || return 0
    # As a user everything happens in a user namespace with the user's subordinate ids.
    as_namespace_root true 2>/dev/null || fail "as an ordinary user this needs a user namespace with subordinate ids" \
        "apt-get install uidmap; usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
}

# sources: this machine's Debian sources when they are of that suite, so that a mirror set up here is used; else mmdebstrap's default.
sources() {
    grep -lsE "^Suites:.*\b${suite}\b|^deb .*[[:space:]]${suite}[[:space:]]" \
        /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list || true
}

# minirun gives the container its own /dev, and an ordinary user may not make device nodes, so /dev stays empty.
unpack() {
    local tar=(tar -C "$tree" -xp --numeric-owner --exclude='./dev/*')
    if [[ $(id -u) == 0 ]]; then "${tar[@]}"; else as_namespace_root "${tar[@]}"; fi
}

bootstrap() {
    local from
    mapfile -t from < <(sources)
    mmdebstrap --quiet --variant=minbase --format=tar "$suite" - "${from[@]}" | unpack
}

begin debian "cat /etc/os-release"
require_mmdebstrap
bootstrap
finish
