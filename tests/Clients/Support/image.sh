#!/bin/bash
# image.sh TREE NAME ARCHIVE: an OCI archive with TREE as its only layer, made by hand: containerd's ctr only imports.
set -euo pipefail
tree=$1 name=$2 archive=$3
work=$(mktemp -d)
cd "$work"
mkdir -p blobs/sha256
case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac

# keep TYPE: `blob` becomes a blob; $descriptor is what others write of it.
keep() {
    local size
    digest=$(sha256sum <blob | cut -d' ' -f1) size=$(stat -c %s blob)
    descriptor="\"mediaType\":\"application/vnd.oci.image.$1\",\"digest\":\"sha256:$digest\",\"size\":$size"
    mv blob "blobs/sha256/$digest"
}

tar -C "$tree" --exclude='./dev/*' -cf blob .
keep layer.v1.tar
layer=$descriptor
cat >blob <<END
{"architecture":"$architecture","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sleep","1000"]},
"rootfs":{"type":"layers","diff_ids":["sha256:$digest"]}}
END
keep config.v1+json
cat >blob <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{$descriptor},"layers":[{$layer}]}
END
keep manifest.v1+json
echo "{\"schemaVersion\":2,\"manifests\":[{$descriptor,\"annotations\":{\"io.containerd.image.name\":\"$name\"}}]}" >index.json
echo '{"imageLayoutVersion":"1.0.0"}' >oci-layout
tar -cf "$archive" .
rm -rf "$work"
