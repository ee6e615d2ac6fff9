# shellcheck shell=bash
# The ways a form is run in; each writes the report of its probe to descriptor $report. A lane has a root file system, volumes and
# state of its own, so that two run beside each other.

prepare_lane() {
    number=$1 LANE=$WORK/lane$1
    ROOTFS=$LANE/rootfs BUNDLE=$LANE/bundle STATE=$LANE/state
    mkdir "$LANE" "$LANE"/{volume,ro,ro/below,bundle,state,run,tmp,oci}
    chmod 700 "$LANE"/{state,run,oci}
    make_canary
    [[ $me != 0 ]] || own_files
    cp -a "$WORK/rootfs" "$ROOTFS"
    echo given >"$LANE/volume/file"; echo given >"$LANE/ro/file"; echo given >"$LANE/file"
    printf 'volumes:\n  - %s:/given\n' "$LANE/volume" >"$LANE/yaml"
    export MINIRUN_ROOT=$STATE XDG_RUNTIME_DIR=$LANE/run TMPDIR=$LANE/tmp
    : >"$LANE/err"
    note_host
}

# shellcheck disable=SC2086
note_host() { "$WORK/help/host" state "$LANE/before" "$CANARY/" "$LANE/ro/" "$LANE/file" "$WORK/help" "$WORK/lanes" $HOST_FILES; }

# One that others join, and take volumes from.
start_other() {
    "$MINIRUN" run -d --name other -v othervolume:/given "$WORK/rootfs" /bin/sleep 1000 >/dev/null 2>"$LANE/err" </dev/null ||
        echo "# no other container: $(head -1 "$LANE/err")" >&2
}
stop_other() { "$MINIRUN" rm -f other >/dev/null 2>&1 </dev/null; }

fill_in() {
    local text=$1
    text=${text//@volumes/$STATE/volumes} text=${text//@volume/$LANE/volume} text=${text//@ro/$LANE/ro} text=${text//@file/$LANE/file}
    text=${text//@yaml/$LANE/yaml} text=${text//@other/other} text=${text//@oci/$OCI} text=${text//@lane/$SUITE.$number}
    text=${text//@port/$((20000 + $$ % 10000 * 4 + number))}
    echo "$text"
}

# As an ordinary user all lanes have one /dev, and nobody but root can give them more. A form that has the host's tree, or may mount,
# touches its nodes: it has a turn of its own, while no other lane has a form, and each lane notes anew what it will compare with.
take_turn() {
    if [[ " $gives " == *" tree "* || " $gives " == *" mounts "* ]]; then flock "$turn"; else flock -s "$turn"; fi
    note_host
}

# begin_form WAY N...: sets `flags` (of the command line), `stdio` and `gives`, and writes the head of the report.
begin_form() {
    local way=$1 each i first second
    shift
    PROBE[0]=/hostile/probe
    flags=() stdio=pipe gives='' root_kept=''
    form=
    for i in "$@"; do
        form+="${form:+ }${values[$i]}"
        case ${values[$i]} in
            stdio=*) stdio=${values[$i]#stdio=} ;;
            *) flags+=("$(fill_in "${values[$i]}")") ;;
        esac
        word "$i" same-root && root_kept=1
        word "$i" outside && PROBE[0]=$ROOTFS/hostile/probe
        gives+=" $(fill_in "${words[$i]}")"
    done
    for each in ${both[@]+"${both[@]}"}; do
        read -r first second i <<<"$each"
        [[ " $form " != *" $first "* || " $form " != *" $second "* ]] || gives+=" $i"
    done
    # What each form has, and what the table gives to this one.
    local base="ns:net rw:$LANE/stdin"
    if [[ -n $root_kept ]]; then base+=" ro:$ROOTFS"; else base+=" rw:$ROOTFS"; fi
    # What a bundle names is given.
    [[ $way != oci ]] || base+=" ro:/etc/hosts ro:/etc/resolv.conf ro:/etc/hostname"
    [[ $way != clients ]] || base+=" rw:$SHORT rw:$LANE/clients rw:$LANE/tmp"
    [[ -n ${STRICT-} ]] || base+=$gives
    [[ $way != clients ]] || root_kept= # they make what they miss in it
    [[ $me == 0 ]] || take_turn
    [[ -z $root_kept ]] || "$WORK/help/host" state "$LANE/root-before" "$ROOTFS/"
    printf '\nform\t%s\t%s\t%s\n' "$way" "${form:-plain}" "$base" 1>&"$report"
}

end_form() {
    printf '\nstatus %s\t%s\n' "$1" "$(grep -m1 '^minirun' "$LANE/err" || head -c 300 "$LANE/err" | head -1)" 1>&"$report"
    witness
    [[ -z $root_kept ]] || "$WORK/help/host" check "$LANE/root-before" | sed 's/^changed/changed-root/' 1>&"$report"
    [[ $me == 0 ]] || flock -u "$turn"
}

witness() {
    local changes
    changes=$("$WORK/help/host" check "$LANE/before")
    if [[ -n $changes ]]; then echo "$changes" 1>&"$report"; note_host; fi
    local line
    while read -r line; do [[ $line != *" - tmpfs hostile "* ]] || printf 'appeared\t%s\n' "$line"; done </proc/self/mountinfo 1>&"$report"
}

# with_stdio COMMAND...: the command's stdin and stdout are what the form says. Afterwards its report is in the pipe.
with_stdio() {
    case $stdio in
        pipe) "$WORK/help/host" start "$LIMIT" "$@" <"$LANE/stdin" 1>&"$report" 2>"$LANE/err" ;;
        closed) "$WORK/help/host" start "$LIMIT" "$@" <&- 1>&"$report" 2>"$LANE/err" ;;
        file) "$WORK/help/host" start "$LIMIT" "$@" <"$LANE/file" 1>&"$report" 2>>"$LANE/err" ;;
        pty) "$WORK/help/pty" "$WORK/help/host" start "$LIMIT" "$@" 1>&"$report" 2>"$LANE/err" ;;
    esac
}

run_form() {
    local status=0
    begin_form run "$@"
    with_stdio "$MINIRUN" run "${flags[@]}" "$ROOTFS" "${PROBE[@]}" || status=$?
    end_form "$status"
}

oci_form() {
    local status=0 extra=() flag
    begin_form oci "$@"
    if ! "$MINIRUN" run --print-spec "${flags[@]}" "$ROOTFS" "${PROBE[@]}" >"$BUNDLE/config.json" 2>"$LANE/err" </dev/null; then
        end_form 125
        return
    fi
    if [[ " ${flags[*]} " == *" --preserve-fds=1 "* ]]; then extra+=(--preserve-fds 1); fi
    # With `terminal` false descriptors are the caller's, as the specification wants it: then it has none to give.
    if [[ $stdio == caller ]]; then stdio=pty; elif [[ $stdio == pty || $(jq .process.terminal "$BUNDLE/config.json") == true ]]; then
        stdio=pty
        jq .process.terminal=true "$BUNDLE/config.json" >"$BUNDLE/other" && mv "$BUNDLE/other" "$BUNDLE/config.json"
    fi
    with_stdio "$OCI" --root "$LANE/oci" run "${extra[@]}" --bundle "$BUNDLE" "m$SUITE-$number" || status=$?
    end_form "$status"
}

engine() { timeout -k 5 "$LIMIT" "$MINIRUN" "$@" </dev/null; }
part() { printf '\npart\t%s\n' "$1" 1>&"$report"; }

# complete FILE: a whole report?
whole() { grep -q $'^end\r*$' "$1" 2>/dev/null; }

# The life of one container: its first process, its health check, what exec runs, and cp.
life_form() {
    local name=m$SUITE-$number status=0 deadline pid
    begin_form life "$@"
    local health="/dev/shm/health.$SUITE.$number.$SECONDS.$RANDOM"
    engine run -d --name "$name" --health-cmd "${PROBE[*]} out=$health" --health-interval 50ms --health-retries 100000 \
        "${flags[@]}" "$ROOTFS" "${PROBE[@]}" stay=1 >"$LANE/out" 2>"$LANE/err" || status=$?
    if ((status == 0)); then
        deadline=$((SECONDS + LIMIT))
        until engine logs "$name" >"$LANE/log" 2>/dev/null; whole "$LANE/log" || ((SECONDS >= deadline)); do sleep 0.02; done
        if [[ " ${flags[*]} " == *" --log-driver="* ]]; then :; else part first; cat "$LANE/log" 1>&"$report"; fi
        pid=$(engine inspect -f '{{.State.Pid}}' "$name" 2>/dev/null) || pid=0
        part inner
        "$WORK/help/host" mounts "$pid" 1>&"$report" || printf 'lost\tthe mounts of process %s\n' "$pid" 1>&"$report"
        printf 'begin\nend\n' 1>&"$report"
        part exec
        engine exec "$name" "${PROBE[@]}" 1>&"$report" 2>"$LANE/err" || status=$?
        part exec-from-a-terminal
        "$WORK/help/pty" timeout "$LIMIT" "$MINIRUN" exec "$name" "${PROBE[@]}" 1>&"$report" 2>>"$LANE/err" || status=$?
        if [[ " ${flags[*]} " != *" --health-cmd="* ]]; then
            until
                engine exec "$name" /bin/cat "$health" >"$LANE/log" 2>/dev/null
                whole "$LANE/log" || ((SECONDS >= deadline))
            do sleep 0.05; done
            part health; cat "$LANE/log" 1>&"$report"
        fi
        copy_out "$name"
        witness
    fi
    engine rm -f "$name" >/dev/null 2>&1 || true
    rm -f "$health" "$health.new" 2>/dev/null || true
    end_form "$status"
}

# cp, out of and into what is not the container's.
copy_out() {
    if engine cp "$1:/..$CANARY/secret" - 2>/dev/null | grep -qa secret-of-the-host; then
        printf 'secret 0:0:0 0 ?\tcp %s\n' "/..$CANARY/secret" 1>&"$report"
    fi
    engine cp "$LANE/file" "$1:/proc/1/root/..$CANARY/copied" >/dev/null 2>&1 || true
}
