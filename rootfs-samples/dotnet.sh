#!/bin/bash
# A .NET program (dotnet-src/), its runtime and the shared libraries they need, and nothing else: not even a shell.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

publish() {
    local log=$tree/.log
    # Node reuse off: a build server left behind would keep our temporary directory busy.
    dotnet publish "$samples/dotnet-src/Hello.csproj" -c Release -o "$tree/app" -v quiet -nologo -nodeReuse:false >"$log" 2>&1 || {
        cat "$log" >&2
        fail "dotnet publish failed" "it needs the .NET SDK 10 and a NuGet feed with microsoft.netcore.app.runtime.linux-x64"
    }
    rm -f "$log" "$tree"/app/*.pdb
}

begin dotnet "/app/hello"
command -v dotnet >/dev/null || fail "dotnet is not installed" "install the .NET SDK 10"
base_directories
base_accounts
publish
copy_libraries "$tree/app/hello" "$tree"/app/lib*.so
finish
