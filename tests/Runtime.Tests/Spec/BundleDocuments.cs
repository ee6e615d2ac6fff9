using System.Text;
using System.Text.Json.Nodes;

namespace Minirun.Runtime.Tests.Spec;

/// <summary>Documents of bundles for tests: a good one with every section of the process's side, and changes of it.</summary>
internal static class BundleDocuments
{
    /// <summary>Everything that a process, its namespaces and its hooks can have.</summary>
    public const string Full = """
        {
          "ociVersion": "1.2.0",
          "process": {
            "terminal": false, "consoleSize": {"height": 25, "width": 80},
            "user": {"uid": 1000, "gid": 1000, "umask": 63, "additionalGids": [5, 44]},
            "args": ["sh", "-c", "true"], "env": ["PATH=/bin", "A=1"], "cwd": "/tmp",
            "capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"], "permitted": ["CAP_CHOWN", "CAP_KILL"],
              "effective": ["CAP_KILL"], "inheritable": ["CAP_CHOWN"], "ambient": ["CAP_CHOWN"]},
            "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 512, "hard": 1024},
              {"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}],
            "noNewPrivileges": true, "apparmorProfile": "unconfined", "oomScoreAdj": 100,
            "scheduler": {"policy": "SCHED_BATCH", "nice": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]},
            "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 4},
            "execCPUAffinity": {"initial": "0", "final": "0-1"}
          },
          "root": {"path": "/srv/busybox", "readonly": true},
          "hostname": "web-1", "domainname": "camp",
          "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "size=1m"]}],
          "hooks": {"createRuntime": [{"path": "/bin/true"}], "createContainer": [{"path": "/bin/hook", "args": ["hook", "in"],
            "env": ["K=V"], "timeout": 3}], "startContainer": [{"path": "/sbin/ldconfig"}]},
          "annotations": {"org.example": "x"},
          "linux": {
            "namespaces": [{"type": "pid"}, {"type": "uts"}, {"type": "mount"}, {"type": "ipc"}, {"type": "network"}, {"type": "time"}],
            "timeOffsets": {"monotonic": {"secs": 86400, "nanosecs": 5}, "boottime": {"secs": 100}},
            "sysctl": {"net.ipv4.ip_forward": "1", "kernel.shmmax": "4096", "kernel.domainname": "camp"},
            "resources": {"memory": {"limit": 67108864, "swap": 67108864}, "pids": {"limit": 64},
              "devices": [{"allow": false, "access": "rwm"}], "unified": {"memory.high": "1"}},
            "personality": {"domain": "LINUX32"}, "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]},
            "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"], "rootfsPropagation": "rslave"
          }
        }
        """;

    /// <summary>
    /// The good document with one value, at a path such as linux.namespaces[2].type, replaced by a JSON text; null takes it away.
    /// </summary>
    public static byte[] With(string path, string? json)
    {
        JsonNode root = JsonNode.Parse(Full)!, node = root;
        string[] parts = path.Replace("[", ".[").Split('.');
        foreach (string part in parts[..^1])
            node = part[0] == '[' ? node[int.Parse(part[1..^1])]! : node[part] ?? (node.AsObject()[part] = new JsonObject());
        string last = parts[^1];
        if (json is null) node.AsObject().Remove(last);
        else if (last[0] == '[') node[int.Parse(last[1..^1])] = JsonNode.Parse(json);
        else node.AsObject()[last] = JsonNode.Parse(json);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
