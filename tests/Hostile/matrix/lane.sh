#!/bin/bash
# matrix/lane.sh N: runs each LANES-th form, and judges them. Called by matrix.sh.
# shellcheck disable=SC1091 # they lie beside the caller's
set -euo pipefail
. "$here/matrix/host.sh"
. "$here/matrix/forms.sh"
. "$here/matrix/ways.sh"
. "$here/matrix/clients.sh"
. "$WORK/table"

prepare_lane "$1"
exec {report}> >(cat >"$LANE/report")
writer=$!
mkfifo "$LANE/stdin"
exec {input}<>"$LANE/stdin"
exec {turn}>>"$WORK/turn"
[[ " $WAYS " != *" life "* ]] || start_other
[[ " $WAYS " != *" clients "* ]] || prepare_clients
n=0
while read -r way numbers; do
    # shellcheck disable=SC2086
    if ((n++ % LANES == number)); then "${way}_form" $numbers; fi
done <"$WORK/forms"
facts >"$LANE/facts"
[[ " $WAYS " != *" life "* ]] || stop_other
[[ " $WAYS " != *" clients "* ]] || clean_clients
exec {report}>&- {input}>&-
wait "$writer"
awk -f "$here/matrix/judge.awk" "$LANE/facts" "$LANE/report" >"$LANE/verdicts"
