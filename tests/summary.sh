#!/bin/bash
# tests/summary.sh [LABEL...]: adds up out/test-results, or these parts of it. The last line is `N passed, N failed, N skipped`; before it
# come the failures, and each skip with its reason. Fails when a test failed, when a run broke off, and when nothing ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../out/test-results" 2>/dev/null || { echo "0 passed, 0 failed, 0 skipped"; exit 1; }

where=("$@")
[[ $# -gt 0 ]] || where=(.)

# shellcheck disable=SC2094 # the label is read from the path, not from the file
# results: LABEL, OUTCOME, TEST, MESSAGE of each test, tab-separated. The trx logger writes one element a line.
results() {
    local file
    find "${where[@]}" -name '*.trx' | sort | while read -r file; do
        # Messages may span lines: split at elements instead.
        tr '\n\r\t' '   ' <"$file" | sed 's/<UnitTestResult /\n&/g; s/<\/Results>/\n/' |
            awk -v label="$(basename "$(dirname "$file")")" '
                function unescape(text) {
                    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&#xD;|&#xA;/, " ", text)
                    gsub(/&amp;/, "\\&", text)
                    return text
                }
                function part(pattern, before, after) {
                    return match($0, pattern) ? substr($0, RSTART + before, RLENGTH - before - after) : ""
                }
                function attribute(name) { return part(" " name "=\"[^\"]*\"", length(name) + 3, 1) }
                function element(name) { return part("<" name ">[^<]*", length(name) + 2, 0) }
                /^<UnitTestResult / {
                    message = element("Message"); if (message == "") message = element("StdOut")
                    printf "%s\t%s\t%s\t%s\n", label, attribute("outcome"), unescape(attribute("testName")), unescape(message)
                }'
    done
}

broken() {
    find "${where[@]}" -name '*.broken' | sort | while read -r file; do
        printf '%s\t%s\n' "$(basename "${file%/*}")" "$(cat "$file")"
    done
}

# machine: the same of the lines that tests/vm/suite.sh prints.
machine() {
    find "${where[@]}" -name 'vm.tap' | sort | while read -r file; do
        awk -v label="$(basename "$(dirname "$file")")" '
            function row(outcome, text, at) {
                at = index(text, ": ")
                printf "%s\t%s\t%s\t%s\n", label, outcome, at ? substr(text, 1, at - 1) : text, at ? substr(text, at + 2) : ""
            }
            /^ok /     { sub(/ # [0-9]+ ms$/, ""); row("Passed", substr($0, 4)) }
            /^not ok / { row("Failed", substr($0, 8)) }
            /^skip /   { row("NotExecuted", substr($0, 6)) }' "$file"
    done
}

# tap: the same of what speaks TAP. Why a test failed stands in the comment that follows it.
tap() {
    find "${where[@]}" -name '*.tap' ! -name vm.tap | sort | while read -r file; do
        awk -v label="$(basename "$(dirname "$file")")" '
            function flush() { if (outcome != "") printf "%s\t%s\t%s\t%s\n", label, outcome, name, why; outcome = why = "" }
            /^(not )?ok / {
                flush()
                outcome = /^ok/ ? "Passed" : "Failed"
                sub(/^(not )?ok [0-9]+ (- )?/, "")
                if (match($0, / # SKIP ?/)) { outcome = "NotExecuted"; why = substr($0, RSTART + RLENGTH); $0 = substr($0, 1, RSTART - 1) }
                # A failure that is known is no news, and no success.
                if (match($0, / # TODO ?/)) {
                    outcome = "NotExecuted"; why = "known to fail: " substr($0, RSTART + RLENGTH); $0 = substr($0, 1, RSTART - 1)
                }
                name = $0
            }
            /^# / && outcome == "Failed" && why == "" { why = substr($0, 3) }
            END { flush() }' "$file"
    done
}

all=$(results; machine; tap)
broken=$(broken)
count() { awk -F'\t' -v outcome="$1" '$2 == outcome { n++ } END { print n + 0 }' <<<"$all"; }

passed=$(count Passed)
skipped=$(count NotExecuted)
# Whatever is neither (Failed, Error, Timeout, Aborted) did not do what it should.
failed=$(awk -F'\t' 'NF && $2 != "Passed" && $2 != "NotExecuted" { n++ } END { print n + 0 }' <<<"$all")
[[ -z $broken ]] || failed=$((failed + $(wc -l <<<"$broken")))

echo
awk -F'\t' '$2 == "NotExecuted" { printf "skipped (as %s): %s: %s\n", $1, $3, $4 }' <<<"$all"
awk -F'\t' 'NF && $2 != "Passed" && $2 != "NotExecuted" { printf "failed (as %s): %s: %.300s\n", $1, $3, $4 }' <<<"$all"
[[ -z $broken ]] || awk -F'\t' '{ printf "failed (as %s): %s\n", $1, $2 }' <<<"$broken"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
