#!/bin/bash
# The smallest useful tree: busybox and a link for each of its applets. About 2 MB.
# Without busybox (MINIRUN_NO_BUSYBOX=1 pretends so) it is made of this machine's own sh, ls, cat and friends.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

is_static() { [[ -f $1 && -x $1 ]] && ! LC_ALL=C grep -qaF "/ld-linux" "$1"; }

# find_busybox: copies a static busybox to $tree/bin/busybox; no package is installed.
find_busybox() {
    [[ -z ${MINIRUN_NO_BUSYBOX-} ]] || return 1
    local candidate
    for candidate in "$(command -v busybox || true)" /bin/busybox /bin/busybox.static; do
        if is_static "$candidate"; then
            cp -L "$candidate" "$tree/bin/busybox"
            return
        fi
    done
    download_busybox
}

download_busybox() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    local download=$tree/.download
    # apt-get downloads as the user _apt, who cannot write here; it says so, does it as root, and that is well.
    mkdir "$download"
    if (cd "$download" && apt-get download busybox-static) >/dev/null 2>&1; then
        dpkg-deb -x "$download"/busybox-static_*.deb "$download/x"
        cp "$(find "$download/x" -path '*/bin/busybox')" "$tree/bin/busybox"
    fi
    rm -rf "$download"
    [[ -x $tree/bin/busybox ]]
}

link_applets() {
    local applet
    for applet in $("$tree/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -sf busybox "$tree/bin/$applet"
    done
}

# host_tools: the demo must work where neither busybox nor apt is.
host_tools() {
    local tool path found=()
    for tool in sh ls cat echo id hostname ps mount umount true false sleep env pwd uname mkdir rm touch chmod stat \
        readlink head tail grep sed wc sort tr cut test date kill df dd seq tee ln cp mv; do
        path=$(type -P "$tool") || continue
        cp -L "$path" "$tree/bin/$tool"
        found+=("$path")
    done
    [[ -x $tree/bin/sh ]] || fail "this machine has no sh to copy"
    copy_libraries "${found[@]}"
}

begin busybox "echo 'hello camp!'"
base_directories
base_accounts
if find_busybox; then
    link_applets
else
    echo "rootfs-samples/busybox: no static busybox here; using this machine's own programs" >&2
    host_tools
fi
finish
