#!/bin/bash
# rootfs.sh TARGET HELPERS: a root file system of busybox and of the helpers, in /hostile.
set -euo pipefail
target=$1 helpers=$2 busybox=
for candidate in "$(command -v busybox || true)" /bin/busybox /bin/busybox.static; do
    if [[ -x $candidate ]] && ! grep -qaF /ld-linux "$candidate"; then busybox=$candidate; break; fi
done
[[ -n $busybox ]]
mkdir -p "$target"/{bin,dev,etc,hostile,proc,sys,tmp,mnt}
cp -L "$busybox" "$target/bin/busybox"
for applet in sh cat ls id grep mkdir rmdir touch stat sleep echo true test readlink head tail wc tty dd sed tr cut rm env printf kill \
    mount nc mknod ln sync; do
    ln -s busybox "$target/bin/$applet"
done
echo root:x:0:0:root:/:/bin/sh >"$target/etc/passwd"
echo root:x:0: >"$target/etc/group"
cp "$helpers"/{scan,overwrite,typing,peer} "$target/hostile"
