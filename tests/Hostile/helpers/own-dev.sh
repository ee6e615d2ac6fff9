#!/bin/bash
# helpers/own-dev.sh DIRECTORY: as root, in a mount namespace of one's own: a /dev of its own in the place of the machine's, made in
# DIRECTORY, which is empty. Its devices have the same numbers, and inodes of theirs: what is done to their modes, owners and times does
# nothing to the machine's.
set -euo pipefail
dev=$1
mount -t tmpfs -o mode=755 dev "$dev"
for node in /dev/* /dev/net/tun; do
    if [[ -c $node || -b $node || -L $node ]]; then
        mkdir -p "$dev$(dirname "${node#/dev}")"
        cp -a "$node" "$dev${node#/dev}"
    fi
done
mkdir -p "$dev"/{pts,shm}
mount --rbind /dev/pts "$dev/pts"
mount -t tmpfs -o mode=1777 shm "$dev/shm"
if mountpoint -q /dev/mqueue; then mkdir "$dev/mqueue"; mount --rbind /dev/mqueue "$dev/mqueue"; fi
mount --move "$dev" /dev
