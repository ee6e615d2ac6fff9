# config.json as lines that naive.c understands: KIND and fields, separated by the unit separator; newlines as record separators.
def line(f): [f | tostring | gsub("\n"; "\u001e")] | join("\u001f");
def one($kind; f): [$kind, (f | tostring | gsub("\n"; "\u001e"))] | join("\u001f");
line("root", .root.path, (.root.readonly // false)),
line("user", (.process.user.uid // 0), (.process.user.gid // 0)),
one("cwd"; .process.cwd),
one("terminal"; .process.terminal // false),
(.process.args[] | one("arg"; .)),
(.process.env // [] | .[] | one("env"; .)),
(.process.capabilities.permitted // [] | .[] | one("cap"; .)),
(if .process.noNewPrivileges then one("nnp"; true) else empty end),
(if .process.oomScoreAdj then one("oom"; .process.oomScoreAdj) else empty end),
(if .hostname then one("hostname"; .hostname) else empty end),
(.linux.namespaces // [] | .[] | line("ns", .type, (.path // ""))),
(.linux.uidMappings // [] | .[] | line("map", "uid_map", .containerID, .hostID, .size)),
(.linux.gidMappings // [] | .[] | line("map", "gid_map", .containerID, .hostID, .size)),
(.mounts // [] | .[] | line("mount", .destination, (.type // "bind"), (.source // "none"), (.options // [] | join(",")))),
(.linux.maskedPaths // [] | .[] | one("mask"; .)),
(.linux.readonlyPaths // [] | .[] | one("readonly"; .)),
(.linux.sysctl // {} | to_entries[] | line("sysctl", .key, .value)),
(.hooks.createContainer // [] | .[] | line("hook", .path, (.args // [.path] | .[])))
