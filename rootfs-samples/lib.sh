# Sourced by the recipes beside it: a tree is built under a temporary name and renamed when it is whole,
# so rootfs-samples/NAME either is complete or is not there.
# shellcheck shell=bash

umask 022 # a tree is for every user of the container, whatever ours is here

samples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# begin NAME TRY-THIS: sets $tree, the directory to fill. Ends the recipe at once if the tree is there already.
begin() {
    name=$1 try=$2 tree=$samples/$1.tmp.$$
    if [[ -d $samples/$name ]]; then
        report "is there already"
        exit 0
    fi
    trap discard EXIT
    # A signal must become an exit, or the EXIT trap is skipped.
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
    mkdir -p "$tree"
    chmod 755 "$tree"
}

discard() { [[ ! -e $tree ]] || remove_tree "$tree"; }

# remove_tree DIR: also when files belong to the user's subordinate ids, which only a user namespace may remove.
remove_tree() {
    rm -rf --one-file-system "$1" 2>/dev/null || as_namespace_root rm -rf --one-file-system "$1"
}

as_namespace_root() { unshare --user --map-root-user --map-auto "$@"; }

# finish: the tree is whole. mv -T fails rather than nest when a recipe running beside us was faster.
finish() {
    mv -T --no-clobber "$tree" "$samples/$name"
    report "made"
}

report() {
    local size files
    size=$(du -sh "$samples/$name" 2>/dev/null | cut -f1) || true
    files=$(find "$samples/$name" 2>/dev/null | wc -l) || true
    echo "rootfs-samples/$name $1: ${size:-?}, $files files"
    echo "  try: bin/minirun run rootfs-samples/$name $try"
}

fail() {
    echo "rootfs-samples/${name:-?}: $1" >&2
    [[ -z ${2-} ]] || echo "hint: $2" >&2
    exit 1
}

# base_directories: what every container expects to find. minirun mounts over proc, sys and dev.
base_directories() {
    mkdir -p "$tree"/{bin,etc,dev,proc,sys,tmp,root,run,var,home/student}
    chmod 1777 "$tree/tmp"
    chmod 0700 "$tree/root"
    # Only root may give files away; in a user's own tree every file is that user's, and shows as root inside.
    [[ $(id -u) != 0 ]] || chown 1000:1000 "$tree/home/student"
}

base_accounts() {
    cat >"$tree/etc/passwd" <<-'END'
	root:x:0:0:root:/root:/bin/sh
	student:x:1000:1000:student:/home/student:/bin/sh
	nobody:x:65534:65534:nobody:/nonexistent:/bin/false
	END
    cat >"$tree/etc/group" <<-'END'
	root:x:0:
	tty:x:5:
	users:x:100:student
	student:x:1000:
	nogroup:x:65534:
	END
}

# libraries_of FILE...: the shared libraries, and the ELF interpreter, that these programs need.
libraries_of() {
    local file
    for file in "$@"; do
        # ldd fails on a static program, and prints "not found" for what is optional: neither is our concern here.
        { ldd "$file" 2>/dev/null || true; } | grep -oE '(^|[[:space:]])/[^[:space:]]+' | tr -d '[:blank:]' || true
    done | sort -u
}

# copy_libraries FILE...: to the path the loader will look at, with symbolic links resolved into plain files.
copy_libraries() {
    local library
    libraries_of "$@" | while read -r library; do
        # What came with the program is in the tree already.
        [[ $library != "$tree"/* ]] || continue
        mkdir -p "$tree${library%/*}"
        cp -L --preserve=mode "$library" "$tree$library"
    done
}
