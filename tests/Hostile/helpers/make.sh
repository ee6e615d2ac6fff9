#!/bin/bash
# helpers/make.sh TARGET: compiles the helpers, statically: they run in containers, too.
set -euo pipefail
for source in "$(dirname "${BASH_SOURCE[0]}")"/*.c; do
    cc -O1 -Wall -static -o "$1/$(basename "$source" .c)" "$source"
done
