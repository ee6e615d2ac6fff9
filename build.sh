#!/bin/bash
# All that people and CI call to build, try, test and install minirun: ./build.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# runc, ldconfig and useradd live in sbin, which an ordinary user's PATH leaves out.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export HOME=${HOME:-$PWD/out/home} # dotnet refuses to start without one

test_user=minirun-test    # made by `test` and `bench` when they run as root
test_samples=(busybox dotnet)
test_clients=(podman conmon buildah containerd docker.io runc tini slirp4netns uidmap iproute2) # what drives minirun-oci in tests/Clients
test_logs=(rsyslog rsyslog-gnutls tshark systemd nodejs npm) # what the log drivers of src/Engine are tried on in tests/Engine.Tests
test_networks=(passt slirp4netns containernetworking-plugins iproute2 iptables) # what connects its containers
test_volumes=(glusterfs-server iproute2 curl) # what `minirun volume-plugin glusterfs` is tried on
arm64_packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross) # what builds for arm64 on x86-64
# Build nodes that outlive us would keep the terminal's or the CI's pipe open.
dotnet_flags=(-nologo -nodeReuse:false -verbosity:minimal)

help() {
    cat <<'END'
usage: ./build.sh VERB

  build [--arch ARCH]
                    the native programs, into bin/. ARCH is x64 or arm64; those for arm64 that are built
                    on x86-64 go into bin/arm64/
  demo              build, make a root file system, run a container in it
  test [ARG...]     every test, as root (when root) and as an ordinary user; ARGs go to dotnet test,
                    for example: ./build.sh test --filter Terminal
  test-vm [SUITE...] the suites of tests/vm, in a virtual machine with systemd and cgroup v2; also part of `test`,
                    unless MINIRUN_NO_VM=1. RUNTIME=runc or crun: prove the suites with these instead
  test-hostile [CASE...] tests/Hostile: container escapes, as root and as an ordinary user; also part of `test`.
                    RUNTIME=/usr/sbin/runc: of another runtime. TRIES=N: how long its races last
  bench             start-up time, throughput and memory against bubblewrap, crun and runc
                    (BENCH_QUICK=1: fewer runs). `bench churn [SECONDS [LANES]]`: containers come and go, and nothing is left
  rootfs NAME|all   make rootfs-samples/NAME: busybox, debian, dotnet
  lint              formatting, style, shell scripts, no line over 140 characters
  install [PREFIX]  bin/minirun, bin/minirun-tls and shell completions, below /usr/local by default
  clean             remove what was built, the sample trees included

Missing Debian packages are installed when we are root; with MINIRUN_NO_INSTALL=1 they are only named.
END
}

say() { echo "build.sh: $*" >&2; }

die() {
    say "$1"
    [[ -z ${2-} ]] || echo "hint: $2" >&2
    exit 1
}

# --- what must be on the machine ---------------------------------------------------------------------------------

# have PACKAGE: is what we need of that Debian package here? Looks at the thing itself: not every machine is a Debian.
have() {
    case $1 in
        dotnet-sdk-10.0) command -v dotnet >/dev/null && dotnet --list-sdks | grep -qE '^[1-9][0-9]\.' ;;
        gcc-aarch64-linux-gnu) command -v aarch64-linux-gnu-gcc >/dev/null ;;
        libc6-dev-arm64-cross) [[ -f /usr/aarch64-linux-gnu/lib/libc.a ]] ;;
        qemu-user-static) command -v qemu-aarch64-static >/dev/null ;;
        libc6-dev) [[ $(gcc -print-file-name=libc.a 2>/dev/null) == /* ]] ;;
        binutils) command -v ld >/dev/null ;;
        busybox-static) [[ -d rootfs-samples/busybox ]] || command -v busybox >/dev/null ;;
        libssl3) ldconfig -p | grep -q 'libssl\.so\.3' ;;
        rsyslog-gnutls) compgen -G '/usr/lib*/*/rsyslog/lmnsd_gtls.so' >/dev/null ||
            compgen -G '/usr/lib*/rsyslog/lmnsd_gtls.so' >/dev/null ;;
        libseccomp2) ldconfig -p | grep -q 'libseccomp\.so\.2' ;;
        uidmap) command -v newuidmap >/dev/null && command -v newgidmap >/dev/null ;;
        docker.io) command -v dockerd >/dev/null ;;
        iproute2) command -v ip >/dev/null ;;
        bubblewrap) command -v bwrap >/dev/null ;;
        qemu-system-x86) command -v qemu-system-x86_64 >/dev/null ;;
        e2fsprogs) command -v mke2fs >/dev/null ;;
        passt) command -v pasta >/dev/null ;;
        containernetworking-plugins) [[ -x /usr/lib/cni/bridge ]] ;;
        iptables) command -v iptables >/dev/null || [[ -x /usr/sbin/iptables ]] ;;
        glusterfs-server) command -v glusterd >/dev/null ;;
        rsyslog) command -v rsyslogd >/dev/null ;;
        systemd) [[ -x /lib/systemd/systemd-journald ]] ;;
        nodejs) command -v node >/dev/null ;;
        time) [[ -x /usr/bin/time ]] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# missing PACKAGE...: sets $lacking to those that are not here.
missing() {
    local package
    lacking=()
    for package in "$@"; do have "$package" || lacking+=("$package"); done
    ((${#lacking[@]} > 0))
}

may_install() { [[ $(id -u) == 0 && -z ${MINIRUN_NO_INSTALL-} ]] && command -v apt-get >/dev/null; }

# apt_install PACKAGE...: refreshes the package lists only if they do not do as they are. Removes nothing, ever.
apt_install() {
    may_install || return 1
    say "installing $*"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends --no-remove "$@")
    "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq >/dev/null && "${install[@]}" >/dev/null; } >&2
}

install_command() { echo "$([[ $(id -u) == 0 ]] || echo 'sudo ')apt-get install --no-install-recommends $*"; }

need() {
    missing "$@" || return 0
    if ! apt_install "${lacking[@]}" || missing "${lacking[@]}"; then
        die "not found here: ${lacking[*]}" "$(install_command "${lacking[@]}")"
    fi
}

# want PACKAGE...: work goes on without, and says so.
want() {
    missing "$@" || return 0
    if ! apt_install "${lacking[@]}" || missing "${lacking[@]}"; then
        say "note: not found here, going on without: ${lacking[*]}; to install: $(install_command "${lacking[@]}")"
    fi
}

need_dotnet() {
    have dotnet-sdk-10.0 || apt_install dotnet-sdk-10.0 2>/dev/null || true
    have dotnet-sdk-10.0 || die "the .NET SDK 10 is not found here" \
        "install the package dotnet-sdk-10.0, or use the dotnet-install script: https://dot.net"
}

set_up() {
    need gcc libc6-dev binutils
    need_dotnet
    want busybox-static uidmap
}

# --- build -------------------------------------------------------------------------------------------------------

# build [--arch ARCH]
build() {
    arch_of "$@"
    set_up
    [[ -z $tools ]] || need "${arm64_packages[@]}"
    native src/Cli minirun src
    ln -sfn minirun "$bin/minirun-oci" # the same program; its name decides
    native src/Tls minirun-tls src/Tls src/Linux src/Cross.props
    native tests/Probe probe tests/Probe src/Cli/Native.props src/Cross.props src/Linux
    rm -f "$bin"/*.tmp.*
}

machine_arch=x64
[[ $(uname -m) != aarch64 ]] || machine_arch=arm64

# arch_of [--arch ARCH]: sets what `native` builds for, and where. Another processor's programs have places of their own, so that
# neither build undoes the other's.
arch_of() {
    arch=$machine_arch bin=bin out=out tools=
    case ${1-} in
        '') ;;
        --arch) arch=${2-} ;;
        --arch=*) arch=${1#*=} ;;
        *) die "build: unknown argument '$1'" "./build.sh build [--arch x64|arm64]" ;;
    esac
    case $arch in
        "$machine_arch") ;;
        arm64) bin=bin/arm64 out=out/arm64 tools=aarch64-linux-gnu- ;;
        x64) die "build: cannot build for x64 on arm64" "build on an x86-64 machine" ;;
        *) die "build: unknown processor '$arch'" "there are x64 and arm64" ;;
    esac
}

# native PROJECT PROGRAM INPUT...: publishes $bin/PROGRAM, unless that was made of the very same inputs.
native() {
    local project=$1 program=$2 stamp=$out/stamps/$2 inputs
    compgen -G "$project/*.csproj" >/dev/null || { say "note: no $project yet"; return; }
    inputs=$(fingerprint "${@:3}" Directory.*.props)
    if [[ -x $bin/$program && $(cat "$stamp" 2>/dev/null) == "$inputs" ]]; then return; fi
    say "publishing $bin/$program"
    # A changed linker option alone does not make the SDK link again.
    rm -rf "$out"/{obj,bin,publish}/"${project##*/}"/*/native
    dotnet_says "$out/publish.log" publish "$project" -c Release \
        "-p:ArtifactsPath=$PWD/$out" "-p:MinirunProcessor=$arch" "-p:MinirunToolPrefix=$tools"
    mkdir -p "${stamp%/*}"
    place "$out"/publish/"${project##*/}"/*/"$program" "$bin/$program" 755
    echo "$inputs" >"$stamp"
}

# Lock files are left out: the first restore writes them, and Directory.Packages.props decides what is in them.
fingerprint() {
    find "$@" -type f ! -name '*.swp' ! -name 'packages*.lock.json' -print0 2>/dev/null | sort -z | xargs -0 sha256sum | sha256sum
}

# dotnet_says LOG ARG...: runs dotnet; shows errors and true warnings, not the progress.
dotnet_says() {
    local log=$1 status=0
    shift
    mkdir -p "${log%/*}"
    dotnet "$@" "${dotnet_flags[@]}" >"$log" 2>&1 || status=$?
    without_noise <"$log" >&2
    ((status == 0)) || die "dotnet $1 $2 failed (its output is in $log)"
}

# The linker warns of getpwnam and its like, linked statically by .NET and never called by us; each such warning comes
# after a line that says where. Progress lines are noise, too.
without_noise() {
    awk '
        /in statically linked applications requires at runtime/ { place = ""; next }
        { if (place != "") print place; place = "" }
        / in function `/ { place = $0; next }
        / -> |Determining projects to restore|up-to-date for restore|^ *Restored |^ *Generating native code|^ *$/ { next }
        /^Build succeeded|^ +0 (Warning|Error)\(s\)|^Time Elapsed|verifying workloads/ { next }
        { print }
        END { if (place != "") print place }'
}

# --- sample root file systems ------------------------------------------------------------------------------------

recipes() { for recipe in rootfs-samples/*.sh; do basename "$recipe" .sh; done | grep -vx lib; }

rootfs() {
    local name names=("$@")
    [[ $# -gt 0 ]] || die "rootfs: which one? $(recipes | xargs) or all"
    [[ $1 != all ]] || mapfile -t names < <(recipes)
    for name in "${names[@]}"; do
        recipes | grep -qx -- "$name" || die "rootfs: no recipe for '$name': there are $(recipes | xargs)"
        [[ $name != debian || -d rootfs-samples/debian ]] || need mmdebstrap
        [[ $name != dotnet || -d rootfs-samples/dotnet ]] || need_dotnet
        "rootfs-samples/$name.sh"
    done
}

# samples NAME...: makes those that are not there.
samples() {
    local name
    for name in "$@"; do [[ -d rootfs-samples/$name ]] || rootfs "$name"; done
}

demo() {
    build
    samples busybox
    echo
    echo "\$ minirun run rootfs-samples/busybox echo 'hello camp!'"
    bin/minirun run rootfs-samples/busybox echo 'hello camp!'
}

# --- tests -------------------------------------------------------------------------------------------------------

run_tests() {
    build
    samples "${test_samples[@]}"
    want "${test_clients[@]}"
    want "${test_logs[@]}"
    want "${test_networks[@]}"
    want "${test_volumes[@]}"
    fluent_logger
    want jq # what tests/Hostile writes its bundles with
    want libseccomp2 # what the seccomp tests compare with
    emulated
    dotnet_says out/build.log build Runtime.sln -c Release
    rm -rf out/test-results
    # Failures are counted in the summary; one run that fails must not keep the other from running.
    tests/run.sh "$(id -un)" "$@" || true
    if [[ $(id -u) == 0 ]]; then
        mapfile -t copied < <(files_for_tests)
        MINIRUN_TEST_USER=$test_user tests/run-as-user.sh "${copied[@]}" -- tests/run.sh "$test_user" "$@" ||
            tests/run.sh --note "$test_user" "the run as $test_user did not end well"
    fi
    if [[ $# -gt 0 ]]; then
        say "note: no virtual machine, because tests were chosen"
    elif [[ -n ${MINIRUN_NO_VM-} ]]; then
        say "note: no virtual machine, because MINIRUN_NO_VM is set"
    elif may_boot; then
        tests/vm/run.sh
    fi
    tests/summary.sh
}

# The programs for arm64, which tests/Cli.Tests runs in qemu; without them those tests are skipped.
emulated() {
    [[ $machine_arch == x64 ]] || return 0
    want "${arm64_packages[@]}" qemu-user-static
    missing "${arm64_packages[@]}" qemu-user-static || (build --arch arm64)
}

# A server for the fluentd driver's tests; without it they are skipped.
fluent_logger() {
    [[ -d out/npm/node_modules/@fluent-org/logger ]] && return
    command -v npm >/dev/null || return 0
    mkdir -p out/npm
    npm install --prefix out/npm --no-audit --no-fund --silent @fluent-org/logger@1.0.10 >/dev/null 2>&1 ||
        say "note: npm gives no @fluent-org/logger: no tests with a fluentd server"
}

machine_packages=(qemu-system-x86 mmdebstrap e2fsprogs)

# may_boot: is all here, or can it be installed, that the virtual machine needs? Says what is not.
may_boot() {
    want "${machine_packages[@]}"
    if missing "${machine_packages[@]}"; then
        say "note: no virtual machine"
        return 1
    elif ! tests/vm/machine.sh build; then
        say "note: no virtual machine: its disk cannot be made"
        return 1
    fi
}

test_vm() {
    build
    samples busybox
    need "${machine_packages[@]}"
    rm -rf out/test-results/vm-*
    tests/vm/run.sh "$@"
    tests/summary.sh vm-root vm-user
}

test_hostile() {
    build
    need jq gcc libc6-dev
    rm -rf out/test-results/hostile-*
    local labels=(hostile-here)
    tests/hostile.sh hostile-here "$@"
    if [[ $(id -u) == 0 ]]; then
        labels+=(hostile-user)
        MINIRUN_TEST_USER=$test_user tests/run-as-user.sh bin tests/run.sh tests/hostile.sh tests/Hostile -- \
            tests/hostile.sh hostile-user "$@" ||
            tests/run.sh --note hostile-user "the run as $test_user did not end well"
    fi
    tests/summary.sh "${labels[@]}"
}

# What an ordinary user's copy of this checkout holds: its own files, the programs, the built tests and the samples they use.
files_for_tests() {
    find . -mindepth 1 -maxdepth 1 ! -name .git ! -name out ! -name rootfs-samples
    find rootfs-samples -mindepth 1 -maxdepth 1 -name '*.sh' -o -name dotnet-src
    printf 'rootfs-samples/%s\n' "${test_samples[@]}"
    compgen -G 'out/bin/*.Tests/release*' || true
    compgen -G 'out/bin/Clients/release*' || true
    compgen -G 'out/npm' || true
}

# --- the rest ----------------------------------------------------------------------------------------------------

bench() {
    build
    samples busybox
    need hyperfine
    want bubblewrap runc crun strace time uidmap conmon
    native bench/LogPipe logpipe bench/LogPipe src/Cli/Native.props src/Cross.props src/Linux src/Plan src/Runtime src/Tar src/Engine
    MINIRUN_TEST_USER=$test_user bench/bench.sh "$@"
}

lint() {
    need_dotnet
    local script scripts status=0
    mapfile -t scripts < <(find build.sh src/Linux/Headers .ci rootfs-samples bench tests tests/vm tests/vm/clients tests/vm/image \
        tests/Hostile tests/Hostile/{cases,helpers,naive,matrix} -maxdepth 1 -type f \
        \( -name '*.sh' -o -path '.ci/*' -o -name vm-agent -o -path '*/naive/engine' \))
    for script in "${scripts[@]}"; do bash -n "$script" || status=1; done
    if command -v shellcheck >/dev/null; then
        shellcheck -x --source-path=SCRIPTDIR:. "${scripts[@]}" || status=1
    else
        say "note: no shellcheck here; scripts are only parsed"
    fi
    if LC_ALL=C.UTF-8 grep -rnIE --exclude='*.md' --exclude=packages.lock.json '^.{141}' src tests bench build.sh |
        cut -c1-120 | grep -a . >&2; then
        say "these lines have more than 140 characters"
        status=1
    fi
    dotnet format whitespace Runtime.sln --verify-no-changes || status=1
    dotnet format style Runtime.sln --verify-no-changes || status=1
    return $status
}

# place FILE TARGET MODE: a running minirun is replaced, never written into. And it is written in one piece: the page cache keeps it
# in as large pieces as it was written in, and each piece that a start touches is a page fault (5 % of a start, measured).
place() {
    mkdir -p "$(dirname "$2")"
    dd if="$1" of="$2.tmp.$$" bs=64M status=none
    chmod "$3" "$2.tmp.$$"
    mv -f "$2.tmp.$$" "$2"
}

install_programs() {
    local prefix=${1:-/usr/local}
    build
    place bin/minirun "$prefix/bin/minirun" 755
    ln -sfn minirun "$prefix/bin/minirun-oci"
    place bin/minirun-tls "$prefix/bin/minirun-tls" 755
    echo "installed $prefix/bin/minirun, its other name, minirun-oci, and minirun-tls for what is sent with TLS"
    have libssl3 || say "note: minirun-tls needs OpenSSL, which is not found here; to install: $(install_command libssl3)"
    completion bash "$prefix/share/bash-completion/completions/minirun"
    completion zsh "$prefix/share/zsh/site-functions/_minirun"
    completion fish "$prefix/share/fish/vendor_completions.d/minirun.fish"
}

completion() {
    local script=out/completion.$1
    mkdir -p out
    if bin/minirun completion "$1" >"$script" 2>/dev/null && [[ -s $script ]]; then place "$script" "$2" 644 && echo "installed $2"; fi
    rm -f "$script"
}

clean() {
    local tree
    rm -rf --one-file-system bin out
    for tree in rootfs-samples/*/; do
        [[ $tree == rootfs-samples/dotnet-src/ ]] || (. rootfs-samples/lib.sh && remove_tree "$tree")
    done
}

verb=${1:-help}
shift || true
case $verb in
    build | demo | bench | rootfs | lint | clean | help) "$verb" "$@" ;;
    test) run_tests "$@" ;;
    test-vm) test_vm "$@" ;;
    test-hostile) test_hostile "$@" ;;
    install) install_programs "$@" ;;
    -h | --help) help ;;
    *) help >&2; die "unknown verb '$verb'" ;;
esac
