# shellcheck shell=bash
# What a case is made of. It prepares a bundle, lets the runtime run it, and says `fell WHY` when the attack succeeds; `judge`
# adds what holds for each: the host's canary is untouched, no mount is outside the root, the runtime has not crashed.
shopt -s nullglob

CANARY=$WORK/canary
me=$(id -u)

# --- verdicts ------------------------------------------------------------------------------------------------------

held=0 refused=0 reason="" starts=0 races=0 attempt=""

begin() {
    result=$1
    # In a directory of its own, with names that no other case has.
    DIR=$WORK/case.$$
    BUNDLE=$DIR/bundle ROOTFS=$BUNDLE/rootfs CONFIG=$BUNDLE/config.json OUT=$DIR/out ERR=$DIR/err MOUNTS=$DIR/mounts
    mkdir "$DIR" "$DIR/tmp"
    make_canary
    new_bundle
    trap 'verdict FALLS "the case itself broke off"' EXIT
    trap 'exit 143' TERM INT
}

# verdict VERDICT REASON: the end of the case.
verdict() {
    trap - EXIT
    finish
    {
        echo "$1"
        tr '\n' ' ' <<<"${attempt:+$attempt: }$2"
        echo
        echo "tries: $(tries)"
        printf 'left: %s\n' ${left[@]+"${left[@]}"}
    } >"$result"
    sed -i '/^left: $/d' "$result"
    exit 0
}

tries() { echo "$starts starts$( ((races == 0)) || echo ", $races mounts raced for")"; }

fell() { verdict FALLS "$1"; }
skip() { attempt=; verdict skip "$1"; }
broken() { verdict broken "$1"; }
needs_root() { [[ $me == 0 ]] || skip "needs root"; }

# judge: after a run, what holds for all. Then the attempt was refused, or held.
judge() {
    crashed
    untouched
    if [[ $STATUS == 0 ]]; then held=$((held + 1)); else
        refused=$((refused + 1))
        reason="${attempt:+$attempt: }$(cat "$ERR" "$OUT" | grep -m1 . | cut -c1-300)"
    fi
}

crashed() {
    ((STATUS != 124 && STATUS != 137)) || fell "the runtime hangs"
    # 128+N can also be the command's; 134 and 139 never are here.
    ((STATUS != 134 && STATUS != 139)) || fell "the runtime crashes (status $STATUS)"
    if grep -qE '^(panic:|fatal error:|Unhandled exception|   at [A-Z])' "$ERR"; then fell "the runtime crashes: $(head -1 "$ERR")"; fi
}

untouched() {
    local now
    now=$(canary_state)
    [[ $now == "$canary_before" ]] ||
        fell "the host's files are touched: $(diff <(echo "$canary_before") <(echo "$now") | grep '^[<>]' | head -3 | cut -c1-120 |
            tr '\n' ' ')"
    if [[ -s $MOUNTS ]]; then fell "a mount outside of the root: $(head -1 "$MOUNTS")"; fi
}

# end_case: of all attempts.
end_case() {
    untouched
    [[ $(canary_hash) == "$hash_before" ]] || fell "the host's files have other contents"
    attempt=
    if ((held > 0)); then verdict withstands "-"; else verdict refused "every attempt, the last: $reason"; fi
}

# --- the host ------------------------------------------------------------------------------------------------------

make_canary() {
    mkdir -p "$CANARY/directory/below" "$CANARY/empty"
    echo secret-of-the-host >"$CANARY/secret"
    echo old >"$CANARY/directory/file"
    chmod 755 "$CANARY" "$CANARY"/directory "$CANARY"/empty
    remember_canary
}

remember_canary() {
    canary_before=$(canary_state)
    hash_before=$(canary_hash)
}

# Each inode with kind, mode, owner, size, links and the time of its last change, which any write moves.
canary_state() { find "$CANARY" -printf '%P %y %m %U:%G %s %n %i %C@\n'; }
canary_hash() { (cd "$CANARY" && find . -type f -exec sha256sum {} + | sort); }

# --- bundles -------------------------------------------------------------------------------------------------------

new_bundle() {
    rm -rf --one-file-system "$BUNDLE"
    mkdir "$BUNDLE"
    cp -a "$WORK/rootfs" "$ROOTFS"
    new_config
}

new_config() {
    : >"$MOUNTS"
    jq --argjson uid "$me" --argjson gid "$(id -g)" --arg cgroup "/hostile.$SUITE.$$" -f "$HERE/base.jq" "$HERE/base.json" >"$CONFIG"
}

# config [JQ-OPTION...] PROGRAM: changes config.json.
config() {
    local now
    now=$(jq "$@" <"$CONFIG") || broken "jq $*"
    echo "$now" >"$CONFIG"
}

sh_in() { config --arg code "$1" '.process.args = ["/bin/sh", "-c", $code]'; }

# mount DESTINATION TYPE SOURCE [OPTION...]
mount_in() {
    config --arg d "$1" --arg t "$2" --arg s "$3" \
        '.mounts += [{ destination: $d, type: $t, source: $s, options: $ARGS.positional }]' --args "${@:4}"
}

# own_dev: the image's own /dev is used, with nothing mounted on it.
own_dev() { config '.mounts |= map(select(.destination | startswith("/dev") | not))'; }

# user_namespace: one in which root has all capabilities; ids are the same as outside.
user_namespace() {
    [[ $me == 0 ]] || return 0
    config '.linux.namespaces += [{ type: "user" }] | .linux.uidMappings = [{ containerID: 0, hostID: 0, size: 65536 }]
        | .linux.gidMappings = .linux.uidMappings'
}

# share PID: the pid and user namespaces of another container, in a cgroup of its own.
share() {
    config --arg pid "/proc/$1/ns/pid" --arg user "/proc/$1/ns/user" '(.linux.namespaces[] | select(.type == "pid") | .path) = $pid
        | (.linux.namespaces[] | select(.type == "user") | .path) = $user | del(.linux.uidMappings, .linux.gidMappings)
        | if .linux.cgroupsPath then .linux.cgroupsPath += ".2" else . end'
}

# watch_mounts: a hook in the container's mount namespace, before its root is entered, notes mounts over the canary.
watch_mounts() {
    config --arg path "$WORK/help/mounts" --arg canary "${1:-$CANARY}" --arg log "$MOUNTS" \
        '.hooks.createContainer = [{ path: $path, args: ["mounts", $canary, $log] }]'
}

# --- the runtime ---------------------------------------------------------------------------------------------------

# runtime ARG...: its output is in $OUT and $ERR, its exit status in $STATUS.
runtime() {
    local args=()
    read -ra args <<<"$RUNTIME_ARGS"
    STATUS=0
    starts=$((starts + 1))
    : >"$OUT"; : >"$ERR"
    XDG_RUNTIME_DIR=$WORK/run HOME=$WORK/home TMPDIR=$WORK/tmp \
        "${before[@]}" timeout --foreground -k 5 "$LIMIT" "$RUNTIME" ${args[@]+"${args[@]}"} --root "$WORK/state" "$@" \
            <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" || STATUS=$?
}

ids=()
before=(env) # what the runtime is started by: a leaker of descriptors, a terminal
name() { ID=h$SUITE-$$-$((starts + 1)); ids+=("$ID"); }

# run_container [ARG...]: to its end.
run_container() {
    name
    runtime run --bundle "$BUNDLE" "$@" "$ID"
    ((STATUS == 0)) || runtime_delete "$ID"
}

# start_container: one that lives on; its first process is $PID.
start_container() {
    name
    rm -f "$DIR/pid"
    runtime run --bundle "$BUNDLE" --detach --pid-file "$DIR/pid" "$ID"
    [[ $STATUS == 0 ]] || broken "the container for the attack does not start: $(tail -1 "$ERR")"
    PID=$(<"$DIR/pid")
}

runtime_delete() {
    local args=()
    read -ra args <<<"$RUNTIME_ARGS"
    XDG_RUNTIME_DIR=$WORK/run HOME=$WORK/home timeout -k 5 "$LIMIT" "$RUNTIME" \
        ${args[@]+"${args[@]}"} --root "$WORK/state" delete --force "$1" </dev/null >/dev/null 2>&1 || true
}

# --- the engine ----------------------------------------------------------------------------------------------------

needs_engine() { [[ -n $ENGINE ]] || skip "not about an OCI runtime: needs an engine (ENGINE)"; }

# engine ARG...: as runtime().
engine() {
    STATUS=0
    starts=$((starts + 1))
    : >"$OUT"; : >"$ERR"
    MINIRUN_ROOT=$WORK/engine XDG_RUNTIME_DIR=$WORK/run HOME=$WORK/home TMPDIR=$WORK/tmp XDG_DATA_HOME=$WORK/home/data \
        timeout --foreground -k 5 "$LIMIT" "$ENGINE" "$@" </dev/null >"$OUT" 2>"$ERR" || STATUS=$?
}

engines=()
# engine_run [FLAG...] /COMMAND...: a container $NAME that lives on, with our root file system.
engine_run() {
    local flags=()
    while [[ $1 != /* ]]; do flags+=("$1"); shift; done
    NAME=h$SUITE-$$-$starts
    engines+=("$NAME")
    engine run -d --name "$NAME" ${flags[@]+"${flags[@]}"} ${ENGINE_FLAGS:+$ENGINE_FLAGS} "$ROOTFS" "$@"
    [[ $STATUS == 0 ]] || skip "the engine starts no container: $(grep -m1 . "$ERR")"
}

# wait_for CONDITION...: until it holds.
wait_for() {
    local deadline=$((SECONDS + ${DEADLINE:-$LIMIT}))
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.02
    done
}

# --- races ---------------------------------------------------------------------------------------------------------

racers=()
# swap A B: exchanges the two, again and again, from now on.
swap() { "$WORK/help/swap" "$1" "$2" & racers+=($!); }
calm() {
    local pid
    for pid in ${racers[@]+"${racers[@]}"}; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
    racers=()
}

# --- the end -------------------------------------------------------------------------------------------------------

left=()
finish() {
    local id pid
    calm
    for id in ${engines[@]+"${engines[@]}"}; do engine rm -f "$id"; done
    for id in ${ids[@]+"${ids[@]}"}; do
        [[ ! -e $WORK/state/$id ]] || runtime_delete "$id"
    done
    DEADLINE=20 wait_for no_children || for pid in $(children); do
        left+=("process $pid $(tr '\0' ' ' </proc/"$pid"/cmdline 2>/dev/null | cut -c1-60)")
        kill -KILL "$pid" 2>/dev/null
    done
    for id in ${ids[@]+"${ids[@]}"}; do
        [[ ! -e $WORK/state/$id ]] || left+=("state of $id")
        rm -rf --one-file-system "${WORK:?}/state/$id"
    done
    rm -rf --one-file-system "$CANARY"
    [[ -n ${KEEP-} ]] || rm -rf --one-file-system "$DIR"
}
# bash takes away what has ended by itself.
children() { cat /proc/$$/task/$$/children 2>/dev/null; }
no_children() { local list; read -r list </proc/$$/task/$$/children; [[ -z $list ]]; }
