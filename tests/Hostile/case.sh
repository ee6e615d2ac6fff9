#!/bin/bash
# case.sh CASE RESULT: runs one case, in a process that inherits what the runtime leaves behind (helpers/reap.c).
# RESULT: the verdict (withstands, FALLS, refused, skip), its reason, and lines `tries: …` and `left: …`.
set -uo pipefail
. "$HERE/lib.sh"
begin "$2"
# shellcheck source=/dev/null
. "$1"
