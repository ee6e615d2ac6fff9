# Runs in the new root file system of the machine, by bash on stdin: makes it boot fast, and makes room for the tests.
# shellcheck shell=bash
set -eu

echo vm >/etc/hostname
echo "127.0.0.1 localhost vm" >/etc/hosts
# With a fixed id no boot is the first one: systemd would spend seconds on presets.
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
useradd --create-home --uid 1000 --shell /bin/bash user # useradd fills in /etc/subuid and /etc/subgid, too
usermod --append --groups systemd-journal user # may read the journal of its own units: there is one for all
mkdir -p /host /var/log/journal
systemctl set-default multi-user.target >/dev/null

cd /etc/systemd/system
# Debian gives users cpu, memory and pids only.
mkdir -p user@.service.d
printf '[Service]\nDelegate=cpu cpuset io memory pids\n' >user@.service.d/delegate.conf

# What a machine that lives for two minutes does without. No udev: devtmpfs makes the nodes, .device units are absent.
# No AppArmor profiles of Debian's: they take seconds to compile, and the tests load their own.
unwanted=(
    apparmor.service e2scrub_reap.service systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket
    systemd-udev-trigger.service systemd-pstore.service systemd-binfmt.service systemd-update-utmp.service
    systemd-update-utmp-runlevel.service systemd-random-seed.service systemd-sysusers.service systemd-repart.service
    systemd-machine-id-commit.service systemd-firstboot.service systemd-pcrphase.service systemd-pcrphase-sysinit.service
    systemd-modules-load.service systemd-journal-flush.service systemd-remount-fs.service systemd-fsck-root.service
    modprobe@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
    systemd-tmpfiles-clean.timer getty.target dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount
    sys-kernel-config.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount
    docker.service docker.socket containerd.service podman.service podman.socket podman-restart.service podman-auto-update.timer
    systemd-ask-password-console.path systemd-ask-password-wall.path systemd-initctl.socket systemd-journald-audit.socket
)
for unit in "${unwanted[@]}"; do ln -sf /dev/null "$unit"; done

chmod 755 /usr/local/sbin/vm-agent
systemctl enable vm-agent.service 2>/dev/null
