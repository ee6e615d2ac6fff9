# shellcheck shell=bash
# What the judge said, as TAP.

# print_verdicts: one line of TAP for each way; what fell is told.
print_verdicts() {
    local way count fell=0 number=0
    echo "#"
    if ((${#gaps[@]} == 0)); then echo "ok $((++number)) - every flag of run is in the matrix, or has a reason"; else
        echo "not ok $((++number)) - every flag of run is in the matrix, or has a reason"
        printf '# %s\n' "${gaps[@]}"
        fell=1
    fi
    for way in $WAYS; do
        count=$(awk -F '\t' -v way="$way" '$2 == way && $1 != "why" { n[$1]++; all++ }
            END { printf "%d forms: %d hold, %d refused, %d FALL, %d broken", all, n["held"], n["refused"], n["FALLS"], n["broken"] }' \
            "$WORK/verdicts")
        lost "$way" >"$WORK/alone"
        alone_refused "$way" >>"$WORK/alone"
        # The name is the same whatever the count.
        if [[ $count == *" 0 FALL, 0 broken" && ! -s $WORK/alone ]]; then echo "ok $((++number)) - nothing of the host's by $way"; else
            fell=1
            echo "not ok $((++number)) - nothing of the host's by $way"
        fi
        echo "# $count"
        awk -F '\t' -v way="$way" '$2 == way && $1 == "broken" { print "# broken: " $3 ": " $4 }' "$WORK/verdicts"
        sed 's/^/# /' "$WORK/alone"
        reasons "$way"
        awk -F '\t' -v way="$way" '$2 == way && $1 == "refused" {
                gsub(/[0-9]+/, "N", $4)
                if (!($4 in count) || length($3) < length(form[$4])) form[$4] = $3
                count[$4]++
            }
            END { for (text in count) print "# refused: " count[text] "x " substr(text, 1, 200) " (" form[text] ")" }' "$WORK/verdicts"
    done
    echo "1..$number"
    ((fell == 0))
}

# take_out_known: what is known (matrix/known tells how), is told, and does not count.
take_out_known() {
    local who=user whole=''
    [[ -z ${STRICT-}${PROVE-} ]] || return 0
    [[ $me != 0 ]] || who=root
    [[ ${#wanted_flags[@]} != 0 || -n ${FORM-}${ONLY-} || " $WAYS " != *" run "* ]] || whole=1
    awk -F '\t' -v OFS='\t' -v told="$WORK/known" -v stale="$WORK/stale" -v who="$who" -v whole="$whole" '
        FNR == NR { if ($1 == who) { pattern[++n] = $2; except[n] = $3; because[n] = $4 }; next }
        $1 == "why" {
            for (i = 1; i <= n; i++) if ($4 ~ pattern[i] && $3 !~ except[i]) { seen[i]++; next }
            bad[$2, $3] = 1
        }
        { line[++lines] = $0 }
        END {
            for (i = 1; i <= n; i++)
                if (seen[i]) print "# known, in " seen[i] " forms: " pattern[i] ": " because[i] >told
                else if (whole) print "matrix/known: in no form any more: " pattern[i] >stale
            for (i = 1; i <= lines; i++) {
                split(line[i], part, "\t")
                if (part[1] == "FALLS" && !((part[2], part[3]) in bad)) sub(/^FALLS/, "held", line[i])
                print line[i]
            }
        }' "$here/matrix/known" "$WORK/verdicts" >"$WORK/verdicts.new"
    mv "$WORK/verdicts.new" "$WORK/verdicts"
    [[ ! -e $WORK/known ]] || cat "$WORK/known"
    [[ ! -e $WORK/stale ]] || gaps+=("$(cat "$WORK/stale")")
}

# lost WAY: forms without a verdict, and a way without a form.
lost() {
    local forms verdicts
    forms=$(grep -c "^$1\b" "$WORK/forms" || true)
    verdicts=$(awk -F '\t' -v way="$1" '$1 != "why" && $2 == way' "$WORK/verdicts" | wc -l)
    ((forms == verdicts)) || echo "$((forms - verdicts)) of $forms forms have no verdict"
    ((forms > 0)) || ((${#wanted_flags[@]} > 0)) || echo "there is no form"
}

# alone_refused WAY: values of the table that are refused by themselves have proved nothing. (Some of those that the program offers are.)
alone_refused() {
    local way form error i
    [[ $1 != clients ]] || return 0
    while IFS=$'\t' read -r _ way form error; do
        for ((i = 0; i < ${#values[@]}; i++)); do
            if [[ ${values[$i]} == "$form" ]] && ! word "$i" offered; then echo "refused, and nothing else was asked for: $form: $error"; fi
        done
    done < <(awk -F '\t' -v way="$1" '$1 == "refused" && $2 == way && $3 !~ / /' "$WORK/verdicts")
}

# reasons WAY: each reason once, with how many forms have it, and the smallest of them.
reasons() {
    awk -F '\t' -v way="$1" '$2 == way && $1 == "why" {
            size = $3 == "plain" ? 0 : split($3, flags, " ")
            if (!($4 in count) || size < least[$4]) { least[$4] = size; form[$4] = $3; how[$4] = $5 }
            count[$4]++
        }
        END { for (text in count) printf "%d\t%s\t%s\t%s\n", count[text], text, form[text], how[text] }' "$WORK/verdicts" |
        sort -t$'\t' -k1,1rn -k2,2 | head -"${MOST:-60}" |
        awk -F '\t' '{ print "# FALLS in " $1 (($1 > 1) ? " forms: " : " form: ") $2 ($4 == "" ? "" : ", by " $4) " (" $3 ")" }'
}
