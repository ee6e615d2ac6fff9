using System.Text;
using System.Text.Json.Nodes;
using Minirun.Runtime.Request;
using Minirun.Runtime.Tests.Plan;
using Minirun.Runtime.Tests.Spec;

namespace Minirun.Runtime.Tests.Fuzz;

/// <summary>
/// Good documents that are changed: what the engines write, what `spec` writes, and two with all that the specification has.
/// </summary>
internal static class GoodDocuments
{
    /// <summary>What neither <see cref="BundleDocuments.Full"/> nor an engine has.</summary>
    private const string Rest = """
        {
          "ociVersion": "1.3.0",
          "process": {
            "terminal": true, "consoleSize": {"height": 25, "width": 80}, "user": {"uid": 0, "gid": 0, "additionalGids": [1, 2]},
              "args": ["/bin/sh"], "cwd": "/",
            "scheduler": {"policy": "SCHED_DEADLINE", "nice": 0, "runtime": 1000000, "deadline": 2000000, "period": 2000000},
              "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 0}
          },
          "root": {"path": "/srv/busybox"},
          "hostname": "h", "domainname": "d",
          "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
              "options": ["nosuid", "strictatime", "mode=755", "size=65536k", "tmpcopyup"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
              "options": ["newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
            {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue"},
              {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]},
            {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro", "rprivate"]},
            {"destination": "/data", "type": "bind", "source": "/srv/data", "options": ["rbind", "rro", "rslave", "idmap"],
              "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
              "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]}
          ],
          "hooks": {
            "prestart": [{"path": "/bin/true"}], "createRuntime": [{"path": "/bin/true", "timeout": 1}],
              "createContainer": [{"path": "/bin/true"}],
            "startContainer": [{"path": "/bin/true"}], "poststart": [{"path": "/bin/true", "args": ["true"]}],
              "poststop": [{"path": "/bin/true", "env": ["A=B"]}]
          },
          "annotations": {"minirun.init": "true", "minirun.ephemeral": "false"},
          "linux": {
            "namespaces": [{"type": "user"}, {"type": "mount"}, {"type": "uts"}, {"type": "cgroup"},
              {"type": "pid", "path": "/proc/1/ns/pid"}, {"type": "network"}, {"type": "ipc", "path": "/proc/1/ns/ipc"}],
            "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1000}, {"containerID": 1000, "hostID": 100000, "size": 10}],
              "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1000}],
            "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 0},
              {"path": "/dev/fifo", "type": "p"}, {"path": "/dev/sda", "type": "b", "major": 8, "minor": 0}],
            "netDevices": {"eth0": {"name": "inside"}, "eth1": {}},
            "cgroupsPath": "/parent/child",
            "resources": {
              "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"},
                {"allow": true, "type": "b", "major": 8, "access": "r"}, {"allow": false, "type": "c", "major": 1, "minor": 3,
                "access": "w"}],
              "memory": {"limit": 536870912, "reservation": 536870912, "swap": 536870912, "kernel": -1, "kernelTCP": -1, "swappiness": 0,
                "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true},
              "cpu": {"shares": 1024, "quota": 1000000, "burst": 1000, "period": 500000, "realtimeRuntime": 950000,
                "realtimePeriod": 1000000, "cpus": "0-1", "mems": "0", "idle": 0},
              "pids": {"limit": 32771},
              "blockIO": {
                "weight": 100, "leafWeight": 100, "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
                  "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
                "throttleWriteBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
                  "throttleReadIOPSDevice": [{"major": 8, "minor": 16, "rate": 600}],
                  "throttleWriteIOPSDevice": [{"major": 8, "minor": 16, "rate": 300}]
              },
              "hugepageLimits": [{"pageSize": "2MB", "limit": 9223372036854772000}, {"pageSize": "64KB", "limit": 1000000}],
              "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
              "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}}, "unified": {"memory.high": "1", "pids.max": "5"}
            },
            "seccomp": {
              "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
                "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
              "syscalls": [
                {"names": ["read", "write", "clone"], "action": "SCMP_ACT_ALLOW"},
                  {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
                {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "valueTwo": 0,
                  "op": "SCMP_CMP_EQ"}]},
                {"names": ["clone"], "action": "SCMP_ACT_TRACE", "errnoRet": 2,
                  "args": [{"index": 1, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"},
                  {"index": 5, "value": 18446744073709551615, "op": "SCMP_CMP_LT"}]},
                {"names": ["open"], "action": "SCMP_ACT_KILL_PROCESS"}, {"names": ["close"], "action": "SCMP_ACT_LOG"}
              ]
            },
            "rootfsPropagation": "rprivate", "maskedPaths": ["/proc/kcore", "/proc/keys"], "readonlyPaths": ["/proc/sys"],
            "intelRdt": {"closID": "guaranteed_group", "l3CacheSchema": "L3:0=7f0;1=1f", "memBwSchema": "MB:0=20;1=70",
              "schemata": ["L3:0=f"], "enableMonitoring": true},
            "sysctl": {"net.core.somaxconn": "256"}
          }
        }
        """;

    public static readonly byte[][] Bundles =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "bundles"), "*.json").Order(StringComparer.Ordinal)
            .Select(file => Here(File.ReadAllText(file))),
        Here(BundleDocuments.Full), Here(Rest), Here(DefaultSpec.Make(rootless: false).ToJson()),
            Here(DefaultSpec.Make(rootless: true).ToJson()),
    ];

    public static readonly byte[][] Processes = [.. Parts("process")];
    public static readonly byte[][] Resources =
        [.. Parts("linux").Select(Json).Select(linux => linux["resources"]).OfType<JsonNode>().Select(Bytes)];

    /// <summary>linux.seccomp of documents, and Docker's form with conditions.</summary>
    public static readonly byte[][] Profiles =
    [
        .. Parts("linux").Select(Json).Select(linux => linux["seccomp"]).OfType<JsonNode>().Select(Bytes),
        """
        {
          "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
          "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
          "syscalls": [
            {"names": ["accept", "read"], "action": "SCMP_ACT_ALLOW"}, {"name": "write", "action": "SCMP_ACT_ALLOW", "args": []},
            {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
            {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]},
            {"names": ["bpf", "mount"], "action": "SCMP_ACT_ALLOW", "args": null, "includes": {"caps": ["CAP_SYS_ADMIN"]}, "excludes": {}},
            {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "valueTwo": 0,
              "op": "SCMP_CMP_MASKED_EQ"}], "excludes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390"]}},
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}
          ]
        }
        """u8.ToArray(),
    ];

    private static IEnumerable<byte[]> Parts(string name) =>
        Bundles.Select(Json).Select(document => document[name]).OfType<JsonNode>().Select(Bytes);

    /// <summary>With a root file system that <see cref="TestHost"/> has.</summary>
    private static byte[] Here(string json)
    {
        JsonNode document = JsonNode.Parse(json)!;
        document["root"]!["path"] = TestHost.Rootfs;
        return Bytes(document);
    }

    private static JsonNode Json(byte[] json) => JsonNode.Parse(json)!;

    private static byte[] Bytes(JsonNode document) => Encoding.UTF8.GetBytes(document.ToJsonString());
}
