#!/bin/bash
# matrix/make.sh TARGET: compiles the probe, which runs in containers, and what looks at the host.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
cc -O1 -Wall -static -o "$1/probe" "$here"/probe*.c
cc -O1 -Wall -static -o "$1/host" "$here/host.c"
