# shellcheck shell=bash
# The forms that the matrix runs: made of the table `flags`, and held against what the program itself says it has.

values=() words=()    # the n-th value, and its words
both=()               # A B WORD...: what two values give together
declare -A aside      # flag -> why it is not tried
gaps=()

# word N WORD: has the n-th value that word?
word() { [[ " ${words[$1]} " == *" $2 "* ]]; }

read_flags() {
    local value rest need
    while read -r value rest; do
        case $value in
            '' | '#'*) continue ;;
            both) both+=("$rest"); continue ;;
            aside) aside[${rest%% *}]=${rest#* }; continue ;;
        esac
        [[ " $rest " != *" skip "* ]] || continue
        [[ " $rest " != *" root "* || $me == 0 ]] || continue
        [[ " $rest " != *" user "* || $me != 0 ]] || continue
        [[ " $rest " != *" prove "* || -n ${PROVE-} ]] || continue
        for need in $rest; do
            if [[ $need == needs:* && ! -r ${need#needs:} ]] && ! command -v "${need#needs:}" >/dev/null; then
                echo "# not tried: $value ($need)"
                continue 2
            fi
        done
        values+=("$value") words+=("$rest")
    done <"$here/matrix/flags"
}

# ask WORD...: what the program's own completion offers.
ask() { "$MINIRUN" __complete run "$@" 2>/dev/null </dev/null | sed '/^:/d; s/\t.*//'; }

# Every flag has a value or a reason, and the table has no flag that is gone. What the program itself offers as a flag's value, and
# each operation of its plan to leave out, is tried, too: alone, and with no right to anything.
complete_flags() {
    local flag offered value known=() operation
    mapfile -t known < <(ask --)
    ((${#known[@]} > 20)) || die "the program names no flags (minirun __complete run --)"
    local all
    all=" $(sed -n 's/^\(aside \)\{0,1\}\(--[a-z-]*\).*/\2/p' "$here/matrix/flags" | sort -u | tr '\n' ' ')"
    for flag in $all; do [[ " ${known[*]} " == *" $flag "* ]] || gaps+=("there is no flag $flag any more"); done
    for flag in "${known[@]}"; do
        if [[ -n ${aside[$flag]-} ]]; then continue; fi
        [[ $all == *" $flag "* ]] || { gaps+=("no sample value for $flag"); continue; }
        while read -r offered; do
            case $offered in '' | true | false) continue ;; esac
            covered "$flag=$offered" || case $offered in
                *[:=]) gaps+=("no sample value for $flag=$offered…") ;;
                *) values+=("$flag=$offered") words+=("alone offered foreground") ;;
            esac
        done < <(ask "$flag" '')
    done
    while read -r operation; do
        covered "--without=$operation" || { values+=("--without=$operation"); words+=("alone offered plan"); }
    done < <(operations)
}

covered() { grep -qE "^${1//./\\.}( |$)|^${1//./\\.}[^ ]" "$here/matrix/flags"; }

# The operations of its plan.
operations() {
    for flags in "" "--ephemeral --init" "--read-only --privileged"; do
        # shellcheck disable=SC2086
        "$MINIRUN" run --dry-run $flags "$WORK/rootfs" /bin/true 2>/dev/null </dev/null
    done | sed -nE 's/^ *[0-9]+ ([^ ]+).*/\1/p' | sort -u
}

# fits N WAY: has that way the n-th value?
fits() {
    case $2 in
        life) ! word "$1" foreground && ! word "$1" plan ;;
        oci) ! word "$1" engine && ! word "$1" plan && ! word "$1" offered ;;
        *) ! word "$1" engine ;;
    esac
}

# pairs WAY: numbers of two values each that stand together.
pairs() {
    local i j some=()
    for ((i = 0; i < ${#values[@]}; i++)); do word "$i" alone || ! fits "$i" "$1" || some+=("$i"); done
    for i in "${some[@]}"; do
        for j in "${some[@]}"; do ((j <= i)) || same_flag "$i" "$j" || echo "$i $j"; done
    done
}

# Two of one flag: only where both count.
same_flag() {
    local a=${values[$1]%%=*} b=${values[$2]%%=*}
    [[ $a == "$b" && $a != --volume && $a != --mount ]]
}

# groups WAY SIZE: sets of values in which each pair that can stand together is found at least once.
groups() {
    local i
    for ((i = 0; i < ${#values[@]}; i++)); do word "$i" alone || ! fits "$i" "$1" || printf '%s %s\n' "$i" "${values[$i]%%=*}"; done |
        awk -v size="$2" '
            { id[++n] = $1; flag[n] = $2 }
            function fits(x,   k) {
                for (k = 1; k <= held; k++) if (set[k] == x || (flag[set[k]] == flag[x] && flag[x] !~ /^--(volume|mount)$/)) return 0
                return 1
            }
            function gain(x,   k, g) { for (k = 1; k <= held; k++) g += !((set[k], x) in done); return g }
            END {
                for (i = 1; i <= n; i++)
                    for (j = i + 1; j <= n; j++) {
                        if ((i, j) in done || (flag[i] == flag[j] && flag[i] !~ /^--(volume|mount)$/)) continue
                        held = 2; set[1] = i; set[2] = j
                        while (held < size) {
                            most = 0
                            for (x = 1; x <= n; x++) if (fits(x) && (g = gain(x)) > most) { most = g; best = x }
                            if (!most) break
                            set[++held] = best
                        }
                        line = ""
                        for (k = 1; k <= held; k++) {
                            line = line (k > 1 ? " " : "") id[set[k]]
                            for (m = 1; m <= held; m++) done[set[k], set[m]] = 1
                        }
                        print line
                    }
            }'
}

# chosen N...: is it one of those that were asked for?
chosen() {
    local i wanted
    ((${#wanted_flags[@]} > 0)) || return 0
    for i in "$@"; do
        for wanted in "${wanted_flags[@]}"; do [[ ${values[$i]} != "$wanted" && ${values[$i]%%=*} != "$wanted" ]] || return 0; done
    done
    return 1
}

# together WAY: values that stand together.
together() {
    if [[ $1 == run || -n ${FULL-} ]]; then pairs "$1"; elif [[ $1 == life ]]; then groups "$1" 8; else groups "$1" 5; fi
}

# Their flags are not ours: all, or none.
list_clients() {
    ((${#wanted_flags[@]} == 0)) || return 0
    for ((i = 0; i < $(client_forms | wc -l); i++)); do echo "clients $i"; done
}

# numbers VALUE...: of these values.
numbers() {
    local i wanted found=()
    for wanted in "$@"; do
        for ((i = 0; i < ${#values[@]}; i++)); do [[ ${values[$i]} != "$wanted" ]] || found+=("$i"); done
    done
    (($# == ${#found[@]})) || die "not all of these are in the table: $*"
    echo "${found[@]}"
}

# list_forms: a way and the numbers of its values, one form a line.
list_forms() {
    local way i line=()
    for way in $WAYS; do
        if [[ -n ${FORM-} ]]; then read -ra line <<<"$FORM"; echo "$way $(numbers "${line[@]}")"; continue; fi
        if [[ $way == clients ]]; then list_clients; continue; fi
        ((${#wanted_flags[@]} > 0)) || echo "$way"
        if [[ ${ONLY:-alone} == alone ]]; then
            for ((i = 0; i < ${#values[@]}; i++)); do
                if fits "$i" "$way" && chosen "$i"; then echo "$way $i"; fi
            done
        fi
        if [[ ${ONLY:-pairs} == pairs ]]; then
            together "$way" | while read -r line; do
                # shellcheck disable=SC2086
                if chosen $line; then echo "$way $line"; fi
            done
        fi
    done
}
