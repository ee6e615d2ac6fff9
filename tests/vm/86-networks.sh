# Networks of background containers, on a machine with AppArmor's profile of passt.
# scripts for the shell inside; variables of the harness; conditions to wait for
# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154,SC2317

export MINIRUN_ROOT=${HERE-}/engine
port=$((20000 + $$ % 10000))
serve='echo hello from $HOSTNAME >/dev/shm/index.html; exec httpd -f -p 80 -h /dev/shm'

now() { minirun inspect -f "{{$2}}" "$1"; }
helpers() { pgrep --list-name 'pass?t|slirp' || true; }
nobody_helps() { [[ -z $(helpers) ]]; }

# web ARG...: a server in a container, whose port 80 is $port of 127.0.0.1.
web() {
    minirun run -d --name web -p "127.0.0.1:$port:80" "$@" "$ROOTFS" sh -c "$serve" >"$HERE/web.out" 2>&1 </dev/null ||
        { cat "$HERE/web.out"; false; }
}

# The answer of its server. bash's own sockets: no other program is needed.
fetch() { exec 9<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.0\r\n\r\n' >&9 && timeout 20 cat <&9; }
answers() { [[ $(fetch 2>/dev/null) == *"hello from"* ]]; }

gone_with_all() {
    minirun rm -f web
    eventually nobody_helps
    equals "" "$(grep "$MINIRUN_ROOT" /proc/self/mountinfo || true)"
    fails fetch
}

Slirp4netns_connects_and_publishes() {
    web --net slirp4netns
    eventually answers
    equals "127.0.0.1:$port->80/tcp" "$(minirun ps --format '{{.Ports}}')"
    equals "10.0.2.100 10.0.2.2" "$(now web .NetworkSettings.IPAddress) $(now web .NetworkSettings.Networks.slirp4netns.Gateway)"
    gone_with_all
}

Pasta_connects_or_says_that_AppArmor_keeps_it_from_that() {
    if web --net pasta; then
        eventually answers
        gone_with_all
    else
        contains "$(<"$HERE/web.out")" "AppArmor's profile keeps pasta from namespaces"
        minirun rm web
    fi
    eventually nobody_helps
}

A_network_of_its_own_has_lo_only() {
    minirun run -d --name box --net none "$ROOTFS" sleep 1000
    equals lo "$(minirun exec box ls /sys/class/net)"
    minirun rm -f box
}

if [[ $LANE == user ]]; then
    A_user_s_container_is_connected_without_a_word_about_how() {
        web
        eventually answers
        matches "$(now web .NetworkSettings.Networks)" 'pasta|slirp4netns'
        gone_with_all
    }

    What_a_killed_monitor_and_container_leave_is_gone_after_the_next_command() {
        web --net slirp4netns
        kill -KILL "$(now web .State.ConmonPid)" "$(now web .State.Pid)"
        eventually exited
        eventually nobody_helps
        minirun rm web
    }
    exited() { [[ $(now web .State.Status) == exited ]]; }
fi

if [[ $LANE == root ]]; then
    A_published_port_leads_to_a_container_on_the_bridge() {
        web
        eventually answers
        equals "$(minirun exec web cat /sys/class/net/eth0/address)" "$(now web .NetworkSettings.Networks.bridge.MacAddress)"
        minirun run -d --name other --net bridge "$ROOTFS" sleep 1000
        contains "$(minirun exec other cat /etc/hosts)" "$(now web .NetworkSettings.IPAddress)	web"
        contains "$(minirun exec other wget -qO- http://web/)" "hello from"
        minirun rm -f other
        gone_with_all
        no_rules || no "rules are left: $(iptables-save)"
        ip link delete mrn-bridge
    }
    no_rules() { ! iptables-save | grep -q '10[.]87[.]'; }
fi
