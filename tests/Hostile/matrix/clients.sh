# shellcheck shell=bash
# podman and buildah, which run minirun-oci: the flags are theirs, and so is what they make. As an ordinary user they are rootless.

# A client's forms: its name, what is given besides its own files, and its flags.
client_forms() {
    local root user base="ns:cgroup"
    if [[ $me == 0 ]]; then root='' user='#' base+=" ns:user"; else root='#' user=''; fi
    # The control groups that buildah, and podman on the host's network, bind for an ordinary user are root's: nobody else can write to
    # them.
    local build=$base
    [[ $me == 0 ]] || build+=' sys'
    sed '/^#/d' <<END
podman|$base|--net none
${root}podman|$base ns:net|--net host
${user}podman|$base ns:net sys|--net host
podman|$base ns:pid|--net none --pid host
podman|$base ns:ipc|--net none --ipc host
podman|$base rw:@volume ro:@ro|--net none -v @volume:/given -v @ro:/given-ro:ro
podman|$base ro:@ro|--net none -v @ro:/given:O
podman|$base rw:@volume|--net none -v @volume:/given:rshared
podman|$base same-root|--net none --read-only --tmpfs /tmp
podman|$base|--net none --cap-drop all
podman|$base|--net none --user 1000
podman|$base|--net none --tty
podman|$base ns:uts ns:ipc ns:net|--pod pod
${root}podman|$base tree devices|--net none --privileged
${root}podman|ns:cgroup|--net none --uidmap 0:100000:65536
${root}podman|ns:cgroup sys mounts devices rw:@volume|--net none --uidmap 0:100000:65536 --privileged -v @volume:/given
${user}podman|$base sys mounts devices rw:@volume|--net none --privileged -v @volume:/given
${user}podman|$base|--net none --userns keep-id
buildah|$build|--network none
buildah|$build ns:net|--network host
buildah|$build ro:@ro|--network none --volume @ro:/given-ro:ro
${root}buildah|$build tree devices|--network none --cap-add all
${user}buildah|$build sys mounts|--network none --cap-add all
END
}

PODMAN=() BUILDAH=() CGROUPS=()
prepare_clients() {
    local isolation=oci
    if [[ $me == 0 ]]; then CGROUPS=(--cgroups no-conmon --cgroup-parent "/hostile.$SUITE.$number"); else isolation=rootless; fi
    mkdir -p "$LANE/clients"
    SHORT=$(mktemp -d /tmp/mr.XXXXXX) # podman takes no long path
    cat >"$LANE/clients/conf" <<END
[containers]
cgroupns = "private"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "minirun-oci"
runtime_supports_json = ["minirun-oci"]
runtime_supports_nocgroup = ["minirun-oci"]
[engine.runtimes]
minirun-oci = ["$OCI"]
END
    export CONTAINERS_CONF=$LANE/clients/conf
    ! command -v podman >/dev/null ||
        PODMAN=(podman --storage-driver vfs --root "$LANE/clients/store" --runroot "$SHORT/run" --tmpdir "$SHORT/libpod")
    ! command -v buildah >/dev/null || BUILDAH=(buildah --storage-driver vfs --root "$LANE/clients/store2" --runroot "$LANE/clients/run2")
    [[ -z ${PODMAN-} ]] || "${PODMAN[@]}" pod create --infra=false --name pod >/dev/null 2>"$LANE/err" </dev/null || true
    if [[ -n ${BUILDAH-} ]]; then
        "${BUILDAH[@]}" from --isolation "$isolation" --name work scratch >/dev/null 2>"$LANE/err" </dev/null &&
            "${BUILDAH[@]}" copy -q work "$ROOTFS" / >/dev/null 2>"$LANE/err" </dev/null || BUILDAH=()
    fi
}

clients_form() {
    local which=$1 client gives line status=0 command=()
    IFS='|' read -r client gives line < <(client_forms | sed -n "$((which + 1))p")
    # As if they were values of the table.
    values[9000]="$client $line" words[9000]=$gives
    begin_form clients 9000
    read -ra flags <<<"$(fill_in "$line")"
    case $client in
        podman) [[ -n ${PODMAN-} ]] || { skip_client podman; return; }
            command=("${PODMAN[@]}" run --rm "${CGROUPS[@]}" "${flags[@]}" --rootfs "$ROOTFS" "${PROBE[@]}") ;;
        buildah) [[ -n ${BUILDAH-} ]] || { skip_client buildah; return; }
            command=("${BUILDAH[@]}" run --runtime "$OCI" "${flags[@]}" work -- "${PROBE[@]}") ;;
    esac
    with_stdio "${command[@]}" || status=$?
    end_form "$status"
}

skip_client() { printf 'skipped\t%s does not work here: %s\n' "$1" "$(head -1 "$LANE/err")" 1>&"$report"; }

clean_clients() {
    [[ -z ${PODMAN-} ]] || "${PODMAN[@]}" pod rm -f pod >/dev/null 2>&1 </dev/null || true
    if [[ $me != 0 ]]; then
        ! command -v podman >/dev/null || podman unshare rm -rf "$LANE/clients/store" "$LANE/clients/store2" 2>/dev/null || true
        kill "$(cat "$SHORT/libpod/pause.pid" 2>/dev/null)" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$SHORT" 2>/dev/null || true
}
