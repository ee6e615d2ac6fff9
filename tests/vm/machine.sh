#!/bin/bash
# tests/vm/machine.sh build
#     makes the disk of the machine, when that is not there yet (root; a minute)
# tests/vm/machine.sh run [--user] DIRECTORY COMMAND [ARG...]
#     boots the machine, in seconds and without /dev/kvm, and runs COMMAND there, in a copy of DIRECTORY at /host, as
#     root or as an ordinary user with a delegated cgroup. Exits with COMMAND's status; 125 when the machine failed.
# The machine is a Debian 12 as people have it: its kernel, systemd as pid 1, D-Bus, AppArmor, cgroup v2 only. Each run
# starts from the same disk, and nothing of it is kept.
# VMDIR: where disks are kept (/var/tmp/minirun-vm). VM_TIMEOUT: seconds a run may take (1500). VM_MEMORY: MiB (1024).
# VM_ACCEL: qemu's -accel (software emulation: a /dev/kvm of a nested machine is more often broken than not).
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

suite=bookworm
packages=(
    systemd-sysv dbus dbus-user-session libpam-systemd linux-image-cloud-amd64 apparmor busybox-static crun fuse-overlayfs
    iproute2 iptables jq kmod nftables procps runc slirp4netns strace systemd-container uidmap util-linux
    podman conmon containerd docker.io
    containernetworking-plugins passt
)

# Another list of packages or another set-up is another disk.
disks=${VMDIR:-/var/tmp/minirun-vm}
disk=$disks/$suite-$({ echo "${packages[@]}"; cat "$here"/image/*; } | sha256sum | cut -c 1-12)

say() { echo "machine.sh: $*" >&2; }

# --- the disk ----------------------------------------------------------------------------------------------------

# sources: this machine's Debian sources when they are of that suite, so that a mirror set up here is used; else mmdebstrap's default.
sources() {
    grep -lsE "^Suites:.*\b${suite}\b|^deb .*[[:space:]]${suite}[[:space:]]" \
        /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list || true
}

bootstrap() {
    local from include
    mapfile -t from < <(sources)
    include=$(IFS=,; echo "${packages[*]}")
    # Without initramfs-tools' hook no initrd is made: the cloud kernel has NVMe and ext4 built in.
    TMPDIR=$1 mmdebstrap --quiet --variant=minbase --include="$include" \
        --dpkgopt=path-exclude=/etc/kernel/postinst.d/initramfs-tools \
        --dpkgopt=path-exclude='/usr/share/man/*' \
        --dpkgopt=path-exclude='/usr/share/doc/*' \
        --dpkgopt=path-exclude='/usr/share/locale/*' \
        --aptopt='Acquire::Languages "none"' \
        --customize-hook="upload '$here/image/vm-agent' /usr/local/sbin/vm-agent" \
        --customize-hook="upload '$here/image/vm-agent.service' /etc/systemd/system/vm-agent.service" \
        --customize-hook="chroot \"\$1\" bash -s <'$here/image/setup.sh'" \
        "$suite" "$1/root" "${from[@]}" </dev/null >&2
}

make_disk() {
    local new
    [[ $(id -u) == 0 ]] || { say "only root can make the machine's disk"; return 125; }
    rm -rf --one-file-system "$disks/$suite"-* "$disks"/new.* # of an older list of packages, or half made
    new=$(mktemp -d "$disks/new.XXXXXX")
    bootstrap "$new"
    cp "$new"/root/boot/vmlinuz-* "$new/vmlinuz"
    mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$new/root" "$new/disk" 4G >&2
    rm -rf --one-file-system "$new/root"
    chmod 755 "$new"
    mv "$new" "$disk"
}

build() {
    [[ ! -d $disk ]] || return 0
    mkdir -p "$disks"
    (flock 9; [[ -d $disk ]] || make_disk) 9>"$disks/lock"
}

# --- one run -----------------------------------------------------------------------------------------------------

# script USER COMMAND...: what the machine's agent runs.
script() {
    if [[ -n $1 ]]; then
        # A transient service of the user's own manager has a delegated cgroup.
        echo 'loginctl enable-linger user; systemctl start user@1000.service'
        printf 'cd /; exec runuser -u user -- env XDG_RUNTIME_DIR=/run/user/1000 systemd-run'
        printf ' %s' --user --quiet --pipe --wait --collect --working-directory=/host --unit=tests -p Delegate=yes \
            -E XDG_RUNTIME_DIR=/run/user/1000 --
    else
        printf exec
    fi
    shift
    printf ' %q' "$@"
    echo
}

# Disks are throwaway overlays (snapshot=on) of one NVMe controller: its namespaces have a sure order.
machine() {
    local work=$1 arguments="console=ttyS0 root=/dev/nvme0n1 quiet rw panic=-1 mitigations=off audit=0"
    arguments+=" rcupdate.rcu_expedited=1 systemd.show_status=0 systemd.getty_auto=no"
    TMPDIR=$work timeout "${VM_TIMEOUT:-1500}" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
        -M q35 -accel "${VM_ACCEL:-tcg,thread=multi}" -cpu max -smp 2 -m "${VM_MEMORY:-1024}" \
        -kernel "$disk/vmlinuz" -append "$arguments" -serial file:"$work/console" \
        -device nvme,serial=vm \
        -drive if=none,id=root,format=raw,snapshot=on,cache=unsafe,file="$disk/disk" -device nvme-ns,drive=root,nsid=1 \
        -drive if=none,id=host,format=raw,snapshot=on,cache=unsafe,file="$work/host" -device nvme-ns,drive=host,nsid=2 \
        -drive if=none,id=script,format=raw,readonly=on,file="$work/script" -device nvme-ns,drive=script,nsid=3 \
        -device virtio-serial-pci \
        -chardev file,id=output,path="$work/output" -device virtserialport,chardev=output \
        -chardev file,id=status,path="$work/status" -device virtserialport,chardev=status \
        </dev/null >"$work/qemu" 2>&1 || true
}

run() {
    local user='' directory work pid
    [[ $1 != --user ]] || { user=1; shift; }
    directory=$1; shift
    build
    work=$(mktemp -d /var/tmp/minirun-vm.XXXXXXXX)
    # shellcheck disable=SC2064 # the directory of now
    trap "rm -rf --one-file-system '$work'" EXIT
    trap 'exit 130' INT; trap 'exit 143' TERM
    script "$user" "$@" >"$work/script"
    truncate -s %64K "$work/script"
    mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$directory" "$work/host" $(($(du -sm "$directory" | cut -f1) * 5 / 4 + 32))M >/dev/null
    mkfifo "$work/output"
    cat "$work/output" & pid=$!
    machine "$work"
    if [[ -s $work/status ]]; then
        wait $pid
        exit "$(tr -cd 0-9 <"$work/status")"
    fi
    kill $pid 2>/dev/null || true
    say "the machine ended without a status; what it said last:"
    cat "$work/qemu" "$work/console" 2>/dev/null | tail -n 30 >&2
    exit 125
}

case ${1-} in
    build) build ;;
    run) shift; run "$@" ;;
    *) say "build, or run [--user] DIRECTORY COMMAND [ARG...]"; exit 125 ;;
esac
