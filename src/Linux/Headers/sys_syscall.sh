#!/bin/bash
# Writes src/Linux/Headers/sys_syscall.cs anew from the kernel's headers: the numbers of the system calls for x86-64 and for arm64.
# usage: src/Linux/Headers/sys_syscall.sh [--print] [NAME...]     each NAME is a call that is to be added, such as openat2
# The headers are those of the Debian packages linux-libc-dev and linux-libc-dev-arm64-cross.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
file=sys_syscall.cs

# Calls that are newer than the headers of Debian 12 (Linux 6.1). From 424 on a number is the same on every architecture.
declare -A newer=([listmount]=458)

die() {
    echo "sys_syscall.sh: $*" >&2
    exit 1
}

print=
[[ ${1-} != --print ]] || { print=1; shift; }
mapfile -t names < <({
    sed -nE 's/.*public [a-z ]*int SYS_([a-z0-9_]+) =.*/\1/p' "$file"
    (($# == 0)) || printf '%s\n' "$@"
} | LC_ALL=C sort -u)

# numbers MACHINE INCLUDE...: a line "NAME NUMBER" for each name that the headers of that machine have.
numbers() {
    local machine=$1 folder include=()
    shift
    for folder in "$@"; do include+=(-isystem "$folder"); done
    {
        echo '#include <asm/unistd.h>'
        printf '%s\n' "${names[@]}" | sed 's/.*/=& __NR_&/'
    } | gcc -E -P -nostdinc -undef -D__LP64__ -D"$machine" "${include[@]}" -x c - | sed -nE 's/^= ?([a-z0-9_]+) ([0-9]+)$/\1 \2/p'
}

for folder in /usr/include/x86_64-linux-gnu/asm /usr/aarch64-linux-gnu/include/asm; do
    [[ -d $folder ]] || die "no $folder: install linux-libc-dev and linux-libc-dev-arm64-cross"
done
declare -A x64 arm64
while read -r name number; do x64[$name]=$number; done < <(numbers __x86_64__ /usr/include/x86_64-linux-gnu /usr/include)
while read -r name number; do arm64[$name]=$number; done < <(numbers __aarch64__ /usr/aarch64-linux-gnu/include)

generate() {
    local name a b constants=() texts=()
    for name in "${names[@]}"; do
        a=${x64[$name]-${newer[$name]-}} b=${arm64[$name]-${newer[$name]-}}
        [[ $a && $b ]] || die "$name is not a system call of both x86-64 and arm64"
        if ((a == b)); then
            constants+=("    public const int SYS_$name = $a;")
        else
            constants+=("    public static int SYS_$name => Processor.Pick(x64: $a, arm64: $b);")
        fi
        texts+=("        _ when number == SYS_$name => \"$name\",")
    done
    cat <<'TEXT'
using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>
/// Numbers of system calls from &lt;asm/unistd.h&gt;, for x86-64 and arm64, and syscall(2) itself, for calls that glibc 2.36 does not wrap.
/// This file is generated: sys_syscall.sh writes it from the kernel's headers, and adds the calls that it is given.
/// </summary>
public static unsafe class sys_syscall
{
TEXT
    printf '%s\n' "${constants[@]}"
    cat <<'TEXT'

    public static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        (nint)(long)(ssize_t)LibC.syscall((void*)number, (void*)a, (void*)b, (void*)c, (void*)d, (void*)e, (void*)f);

    /// <summary>The name of a call as strace(1) prints it; <c>syscall_N</c> for one that is not in the list.</summary>
    public static string Name(int number) => number switch
    {
TEXT
    printf '%s\n' "${texts[@]}"
    cat <<'TEXT'
        _ => "syscall_" + number,
    };
}
TEXT
}

text=$(generate)
if [[ $print ]]; then printf '%s\n' "$text"; else printf '%s\n' "$text" >"$file"; fi
