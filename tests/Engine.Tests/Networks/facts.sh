#!/usr/bin/env bash
# Facts about networks: facts.sh NAME. Runs in a network, mount and pid namespace of its own, so that nothing of the machine is
# touched and all that was started ends with it. Exit status 77: cannot be tried here, and why.
# shellcheck disable=SC2016 # scripts for the shell inside
set -euo pipefail

skip() { echo "$*"; exit 77; }
fail() { echo "$*" >&2; exit 1; }
equals() { [[ $2 == "$1" ]] || fail "expected '$1', got '$2'"; }
contains() { [[ $1 == *"$2"* ]] || fail "no '$2' in: $1"; }
lacks() { [[ $1 != *"$2"* ]] || fail "'$2' in: $1"; }
need() {
    local each
    for each in "$@"; do
        command -v "$each" >/dev/null || [[ -x /usr/sbin/$each || -x /usr/lib/cni/$each ]] || skip "$each is not installed"
    done
}

# Waits until a command succeeds.
until_true() {
    local end=$((SECONDS + 20))
    # In a shell of its own: what fails there does not end this one.
    until ("$@") >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "not in 20 s: $*"
    done
}

# What a server at a port of the host says. bash's own sockets: no other program is needed.
fetch() { exec 9<>"/dev/tcp/$1/$2" && printf 'GET / HTTP/1.0\r\n\r\n' >&9 && timeout 5 cat <&9; exec 9>&-; }
says() { contains "$(fetch "$1" "$2")" "$3"; }

serve='echo hello from $HOSTNAME >/dev/shm/index.html; exec httpd -f -p 80 -h /dev/shm'
busybox=$REPOSITORY/rootfs-samples/busybox

if [[ ${INSIDE:-} != yes ]]; then
    [[ $(id -u) == 0 ]] || skip "a network to connect to can be made by root alone; the virtual machine has one"
    [[ -d $busybox/bin ]] || skip "no root file system: ./build.sh rootfs busybox"
    need ip unshare
    INSIDE=yes exec unshare --net --mount --pid --fork --mount-proc --kill-child bash "$0" "$@"
fi

PATH=$REPOSITORY/bin:$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
# Processes go with the namespaces, cgroups do not.
trap 'minirun ps -aq | xargs -r minirun rm -f >/dev/null; umount --lazy "$work"; rmdir "$work"' EXIT
chmod 755 "$work"
# Nothing of the machine's: its locks of iptables, its addresses of CNI, its devices.
mount -t tmpfs work "$work"
mkdir "$work/root" "$work/run" "$work/cni"
cp -a "$busybox" "$work/busybox" # containers leave mount points in it
busybox=$work/busybox
touch "$busybox"/etc/{hosts,resolv.conf,hostname} # a user cannot make them in a tree of root's
mount --bind "$work/run" /run
mount --bind "$work/cni" /etc/cni 2>/dev/null || true
export MINIRUN_ROOT=$work/root
ip link set lo up
ip link add out type veth peer name away
ip addr add 10.99.0.2/24 dev out
ip link set out up
ip link set away up
ip route add default via 10.99.0.1
echo 'nameserver 10.99.0.53' >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf

need_cni() {
    need bridge host-local portmap firewall iptables
    iptables -t nat -L -n >/dev/null 2>&1 || skip "iptables does not work here"
}

# A program as an ordinary user, who may use a tun device.
user=minirun-test
need_user() {
    id "$user" >/dev/null 2>&1 || skip "no user $user"
    mknod "$work/tun" c 10 200 2>/dev/null && chmod 666 "$work/tun" && mount --bind "$work/tun" /dev/net/tun ||
        skip "no tun device can be made"
    # The bind above loses nodev of a tmpfs that has it.
    (exec 8<>/dev/net/tun) 2>/dev/null || skip "/dev/net/tun cannot be opened"
    mkdir "$work/home"
    chown "$user:" "$work/home"
}
as_user() { runuser -u "$user" -- env -u XDG_RUNTIME_DIR HOME="$work/home" MINIRUN_ROOT="$work/home/engine" minirun "$@"; }

# What is left of networks: namespaces, links, leases, rules, helpers.
clean() {
    equals "" "$(grep "$work.*nsfs" /proc/mounts || true)"
    equals "" "$(ip -o link show type veth | grep -v -e away -e out || true)"
    equals "" "$(find "$MINIRUN_ROOT/run/cni" -name '10.*' 2>/dev/null || true)"
    lacks "$(iptables-save 2>/dev/null || true)" '10.87.'
    equals "" "$(pgrep -l 'pass?t|slirp' || true)"
}

peers() {
    need_cni
    minirun run -d --name web --net bridge --network-alias www "$busybox" sh -c "$serve"
    minirun run -d --name other --net bridge "$busybox" sleep 1000
    contains "$(minirun exec other cat /etc/hosts)" "10.87.0.2	web www"
    contains "$(minirun exec web cat /etc/hosts)" "10.87.0.3	other"
    until_true minirun exec other wget -qO- http://www/
    contains "$(minirun exec other ip -o addr)" 10.87.0.3/16
    minirun rm -f web
    lacks "$(minirun exec other cat /etc/hosts)" www
    minirun rm -f other
    clean
}

bridge_port() {
    need_cni
    minirun run -d --name web -p 127.0.0.1:8080:80 -p 81 "$busybox" sh -c "$serve"
    contains "$(minirun port web)" "80/tcp -> 127.0.0.1:8080"
    equals 127.0.0.1:8080 "$(minirun port web 80)"
    other=$(minirun port web 81)
    equals "127.0.0.1:8080->80/tcp, $other->81/tcp" "$(minirun ps --format '{{.Ports}}')"
    equals '{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}],"81/tcp":[{"HostIp":"0.0.0.0","HostPort":"'"${other#*:}"'"}]}' \
        "$(minirun inspect -f '{{json .NetworkSettings.Ports}}' web)"
    equals '{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}],"81/tcp":[{"HostIp":"","HostPort":""}]}' \
        "$(minirun inspect -f '{{json .HostConfig.PortBindings}}' web)"
    equals "10.87.0.2 16" "$(minirun inspect -f '{{.NetworkSettings.IPAddress}} {{.NetworkSettings.IPPrefixLen}}' web)"
    equals 10.87.0.1 "$(minirun inspect -f '{{.NetworkSettings.Networks.bridge.Gateway}}' web)"
    equals "$(minirun exec web cat /sys/class/net/eth0/address)" \
        "$(minirun inspect -f '{{.NetworkSettings.Networks.bridge.MacAddress}}' web)"
    until_true says 127.0.0.1 8080 hello
    if minirun run -d --name late -p 127.0.0.1:8080:80 "$busybox" true 2>"$work/said"; then :; fi
    minirun stop -t 0 web
    equals "" "$(minirun ps -a --format '{{.Ports}}' --filter name=web)"
    equals "{}" "$(minirun inspect -f '{{json .NetworkSettings.Ports}}' web)"
    minirun rm -f late web
    clean
}

# refused WORDS FLAG...: publishing is refused with these words, and nothing is left of it.
refused() {
    local words=$1
    shift
    if minirun run -d --name late "$@" "$busybox" sleep 1000 2>"$work/said"; then fail "it was published twice: $*"; fi
    contains "$(cat "$work/said")" "$words"
    minirun rm -f late
}

taken_ports() {
    need_cni
    minirun run -d --name web -p 8080:80 -p 127.0.0.1:9090-9092:90-92 -p 5353:53/udp "$busybox" sleep 1000
    local each
    for each in 8080:80 127.0.0.1:8080:81 10.99.0.2:8080:81 8078-8081:1-4 9091:1 0.0.0.0:9091:1 127.0.0.1:9092:1 127.0.0.1:5353:1/udp; do
        refused "already allocated: container web has it" -p "$each"
    done
    refused "cannot listen on 0.0.0.0:7070/tcp" -p 7070:1 -p 7070:2
    # What listens on the host itself, or belongs to containers of another place.
    MINIRUN_ROOT=$work/second minirun run -d --name far -p 7071:1 "$busybox" sleep 1000
    refused "cannot listen on 0.0.0.0:7071/tcp" -p 7071:1
    MINIRUN_ROOT=$work/second minirun rm -f far
    # Another address, another protocol.
    minirun run -d --name beside -p 10.99.0.2:9090:80 -p 8080:80/udp -p 5353:53 "$busybox" sleep 1000
    # Two at once: one gets it.
    minirun run -d --name one -p 7072:1 "$busybox" sleep 1000 2>/dev/null &
    minirun run -d --name two -p 7072:1 "$busybox" sleep 1000 2>/dev/null || true
    wait
    equals 1 "$(minirun ps -q --filter name=one --filter name=two | wc -l)"
    kill -9 "$(minirun inspect -f '{{.State.ConmonPid}}' web)"
    refused "already allocated: container web has it" -p 8080:80
    minirun rm -f web
    minirun run -d --name web -p 8080:80 "$busybox" sleep 1000
    minirun rm -f web beside one two
    clean
}

# mode FLAG...: the network that a container gets.
mode() {
    local id
    id=$(minirun create "$@" "$busybox" true)
    minirun inspect -f '{{.HostConfig.NetworkMode}}' "$id"
    minirun rm "$id" >/dev/null
}

# As docs/networks.md has it.
chosen_mode() {
    need_cni
    equals bridge "$(mode -p 80)"
    equals bridge "$(mode --publish-all --expose 80)"
    equals bridge "$(mode --ip 10.87.0.9)"
    equals bridge "$(mode --net default)"
    equals host "$(mode --expose 80)"
    equals host "$(mode --network-alias www)"
    equals host "$(mode --publish-all)"
}

own_network() {
    need_cni
    equals blue "$(minirun network create --subnet 10.1.2.0/24 blue)"
    contains "$(minirun network ls)" 10.1.2.0/24
    minirun run -d --name web --net blue --ip 10.1.2.77 "$busybox" sleep 1000
    contains "$(minirun exec web ip -o addr)" 10.1.2.77/24
    contains "$(minirun network inspect blue)" '"IPv4Address": "10.1.2.77"'
    minirun network rm blue 2>"$work/said" && fail "it was removed under a container"
    contains "$(cat "$work/said")" "active endpoints: web"
    minirun rm -f web
    minirun network rm blue
    lacks "$(ip -o link)" mrn-blue
    clean
}

administrators_network() {
    need_cni
    need ptp
    mkdir -p /etc/cni/net.d
    local ipam='{"type":"host-local","subnet":"10.3.4.0/24","dataDir":"'"$work"'/leases"}'
    echo '{"cniVersion":"1.0.0","name":"wire","plugins":[{"type":"ptp","ipam":'"$ipam"'}]}' >/etc/cni/net.d/10-wire.conflist
    minirun run -d --name web --net wire "$busybox" sh -c "$serve"
    address=$(minirun exec web ip -o -4 addr show eth0 | grep -o '10\.3\.4\.[0-9]*' | head -n 1)
    until_true says "$address" 80 hello
    minirun rm -f web
    clean
}

killed() {
    need_cni
    minirun run -d --name web -p 127.0.0.1:8080:80 "$busybox" sleep 1000
    monitor=$(pgrep -x minirun-monitor)
    kill -9 "$monitor" "$(minirun inspect -f '{{.State.Pid}}' web)"
    until_true bash -c "minirun inspect -f '{{.State.Status}}' web | grep -q exited"
    clean
    minirun start web
    until_true minirun exec web ip -o addr show eth0
    minirun rm -f web
    clean
}

user_pasta() {
    need pasta
    need_user
    as_user run -d --name web -p 127.0.0.1:8083:80 -p 127.0.0.1:8084:81/udp "$busybox" sh -c "$serve"
    until_true says 127.0.0.1 8083 hello
    contains "$(as_user port web)" "81/udp -> 127.0.0.1:8084"
    # 127.0.0.1:8084 as the kernel writes it: somebody is bound to it.
    grep -q ' 0100007F:1F94 ' /proc/net/udp || fail "nobody takes what comes to 8084/udp"
    contains "$(as_user exec web ip -o addr)" 10.99.0.2
    equals "10.99.0.2 10.99.0.1" "$(as_user inspect -f '{{.NetworkSettings.IPAddress}} {{.NetworkSettings.Networks.pasta.Gateway}}' web)"
    if as_user run -d --rm --name late -p 127.0.0.1:8083:1 "$busybox" true 2>"$work/said"; then fail "it was published twice"; fi
    contains "$(cat "$work/said")" "already allocated: container web has it"
    equals web "$(as_user ps -a --format '{{.Names}}')"
    as_user rm -f web
    clean
}

user_slirp() {
    need slirp4netns
    need_user
    as_user run -d --name web --net slirp4netns -p 127.0.0.1:8083:80 "$busybox" sh -c "$serve"
    until_true says 127.0.0.1 8083 hello
    contains "$(as_user exec web cat /etc/resolv.conf)" "nameserver 10.0.2.3"
    as_user stop -t 0 web
    clean
    as_user start web
    until_true says 127.0.0.1 8083 hello
    as_user rm -f web
    clean
}

user_killed() {
    need slirp4netns
    need_user
    as_user run -d --name web --net slirp4netns "$busybox" sleep 1000
    kill -9 "$(pgrep -x minirun-monitor)" "$(as_user inspect -f '{{.State.Pid}}' web)"
    until_true bash -c "! pgrep -x minirun-monitor"
    as_user ps -a >/dev/null
    clean
}

# pasta is gone: its container goes on without a network, and the next start has one again.
pasta_killed() {
    need pasta
    need_user
    as_user run -d --name web -p 127.0.0.1:8083:80 "$busybox" sh -c "$serve"
    until_true says 127.0.0.1 8083 hello
    kill -9 "$(pgrep -f 'containers/.*/pasta')"
    until_true bash -c "! pgrep --runstates R,S,D 'pass?t'"
    equals running "$(as_user inspect -f '{{.State.Status}}' web)"
    as_user restart -t 0 web
    until_true says 127.0.0.1 8083 hello
    as_user rm -f web
    clean
}

# The monitor is killed while pasta is not yet known to it: after the next command there is nothing of both.
monitor_killed_early() {
    need pasta
    need_user
    mkdir "$work/bin"
    cat >"$work/bin/pasta" <<'END'
#!/bin/bash
# The real one, called as it would be; and then nobody is there who could write down which process it is.
(exec -a "$(echo "$MINIRUN_ROOT"/containers/*)/pasta" /usr/bin/pasta "$@")
kill -9 $PPID
END
    chmod -R a+rx "$work/bin"
    PATH=$work/bin:$PATH as_user run -d --name web --net pasta "$busybox" sleep 1000 2>"$work/said" &&
        fail "it was started without a monitor"
    pgrep -x 'pass?t[.a-z0-9]*' >/dev/null || fail "pasta is not there, so this proves nothing"
    as_user ps -a >/dev/null
    clean
    as_user rm web
}

user_without_tun() {
    need_user
    mount -t tmpfs none /dev/net
    contains "$(as_user run -d --name web "$busybox" sleep 1000 2>&1)" "no network but lo: /dev/net/tun: "
    equals lo "$(as_user exec web ls /sys/class/net)"
    as_user run -d --name late -p 8085:80 "$busybox" sleep 1000 2>"$work/said" && fail "it was published to nobody"
    # Said once, before anything is made.
    contains "$(cat "$work/said")" "--publish: no network but lo: /dev/net/tun: "
    equals 1 "$(grep -o /dev/net/tun: "$work/said" | wc -l)"
    # No hint names what does not go with -p.
    as_user run -d --name late -p 8085:80 --net pasta "$busybox" sleep 1000 2>>"$work/said" && fail "it was published to nobody"
    grep -e '--net none' -e '--net host' "$work/said" && fail "the hint does not go with what was asked for"
    contains "$(as_user doctor)" "user-network"
    equals web "$(as_user ps -a --format '{{.Names}}')"
    as_user rm -f web
}

shared() {
    need pasta
    need_user
    as_user run -d --name web --net pasta "$busybox" sh -c "$serve"
    as_user run -d --name side --net container:web "$busybox" sleep 1000
    until_true as_user exec side wget -qO- http://127.0.0.1/
    equals "$(as_user exec web cat /etc/hosts)" "$(as_user exec side cat /etc/hosts)"
    as_user stop -t 0 side web
    as_user start side 2>"$work/said" && fail "it started without the other"
    contains "$(cat "$work/said")" "container web is not running"
}

by_path() {
    ip netns add blue
    ip -n blue link add name inner type veth peer name peer
    minirun run -d --name web --net ns:/run/netns/blue "$busybox" sleep 1000
    contains "$(minirun exec web ip -o link)" inner
    minirun rm -f web
    contains "$(ip -n blue -o link)" inner
}

names() {
    minirun run -d --name web --net none --dns 10.9.9.9 --dns-search example.test --dns-option ndots:2 \
        --add-host db:10.9.9.8 -h blue "$busybox" sleep 1000
    equals $'nameserver 10.9.9.9\nsearch example.test\noptions ndots:2' "$(minirun exec web cat /etc/resolv.conf)"
    contains "$(minirun exec web cat /etc/hosts)" "10.9.9.8	db"
    contains "$(minirun exec web cat /etc/hosts)" "blue web"
    minirun run -d --name host --add-host db:10.9.9.8 "$busybox" sleep 1000
    contains "$(minirun exec host cat /etc/hosts)" "10.9.9.8	db"
    minirun run -d --net none -p 80 "$busybox" true 2>"$work/said" && fail "published to nobody"
    contains "$(cat "$work/said")" "--publish: not with --net none"
}

"$1"
