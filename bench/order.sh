#!/bin/bash
# bench.sh order: writes src/Cli/start.order anew, after a build: the managed functions that a start executes, in the order in which it
# first does. The compiler lays them side by side in this order (IlcOrderFile in Cli.csproj), so that a start touches few pages of the
# program. Names that are no more do no harm, and new ones are merely not in their best place: once in a while is
# enough. As root, on x86-64.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=rootfs-samples/busybox program=$PWD/bin/minirun
gcc -O2 -o "$work/order" bench/order.c
objdump -t out/publish/Cli/release*/minirun.dbg |
    awk '$3 == "F" && ($4 == "__managedcode" || $4 == "__unbox") && $NF !~ /^__wrap_/ { print $1, $NF }' | sort >"$work/symbols"
mkdir "$work/bundle"
"$program" run --print-spec "$tree" /bin/true </dev/null >"$work/bundle/config.json"

step() { "$work/order" "$work/symbols" "$work/list" "$@" </dev/null >/dev/null 2>&1 || echo "order: $*: $?" >&2; }
# fork-news, which is not followed: all that it could need.
awk '$2 ~ /^Minirun_Init_/ { print $2 }' "$work/symbols" >"$work/list"
step "$program" run "$tree" /bin/true
step "$program" run -i --rm "$tree" /bin/true
step "${program}-oci" --root "$work/state" run --bundle "$work/bundle" order
step "${program}-oci" --root "$work/state" create --bundle "$work/bundle" order
step "${program}-oci" --root "$work/state" start order
step "${program}-oci" --root "$work/state" delete --force order
# Names of more than 140 characters are few, and a line has no more.
awk 'length <= 140 && !seen[$0]++' "$work/list" >src/Cli/start.order
wc -l src/Cli/start.order
