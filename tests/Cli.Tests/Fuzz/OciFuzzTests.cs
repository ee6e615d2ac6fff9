using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

using Minirun = Support.Minirun;

/// <summary>
/// minirun-oci with changed files, from outside: one error that says where, or what was asked for. Nothing is left behind, no other
/// container hidden.
/// </summary>
public sealed class OciFuzzTests : IDisposable
{
    private const int PlaceOfInode = 77_001_001;

    private readonly Cases _cases = new();
    private readonly TemporaryDirectory _rootfs = new();

    public void Dispose()
    {
        _cases.Dispose();
        _rootfs.Dispose();
    }

    [Fact]
    public void A_changed_configuration_leads_to_a_container_or_to_one_error()
    {
        int count = FuzzRun.Cases(Kernel.Uid == 0 ? 250 : 150);
        Minirun.Other("cp", "-a", Rootfs.Busybox, _rootfs["r"]).Succeeds();
        byte[] good = Good();
        string cgroup = "minirun-oci-test-" + Guid.NewGuid().ToString("n")[..12];
        var mutator = new JsonMutator(good, More(good), WithHooks(good, cgroup));
        for (int i = 0; i < count; i++)
        {
            Directory.CreateDirectory(_cases[$"{i}"]);
            File.WriteAllBytes(_cases[$"{i}/config.json"], Harmless(mutator, FuzzRun.Seed + i, cgroup));
        }
        _cases.Run($$"""
            grep -v /proc/ /proc/self/mountinfo | sort >mounts
            for ((i = 0; i < {{count}}; i++)); do
                call $i/create "$OCI" --root "$PWD/state" create --bundle "$PWD/$i" fuzz-$i
                [[ $(<$i/create.status) != 0 ]] || call $i/start "$OCI" --root "$PWD/state" start fuzz-$i
                [[ ! -e state ]] || ls state >$i/left
                call $i/delete "$OCI" --root "$PWD/state" delete --force fuzz-$i
                ls state >>$i/after 2>/dev/null || true
            done
            grep -v /proc/ /proc/self/mountinfo | sort >mounts.after
            # Directories above the container's own are who made them's to keep; no process, and no frozen one, is in them.
            find /sys/fs/cgroup -depth -path "*/$CGROUP*" -type d -exec rmdir {} + 2>/dev/null || true
            find /sys/fs/cgroup '(' -name 'fuzz-*' -o -name "$CGROUP*" ')' >cgroups 2>/dev/null || true
            """, ("OCI", OciBundle.Program), ("CGROUP", cgroup));
        int made = 0;
        for (int i = 0; i < count; i++)
        {
            string about =
                $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n{FuzzRun.Text(File.ReadAllBytes(_cases[$"{i}/config.json"]))}";
            if (_cases.Ended($"{i}/create", about, 1))
            {
                made++;
                _cases.Ended($"{i}/start", about, 1);
            }
            else
                Assert.True(!File.Exists(_cases[$"{i}/left"]) || File.ReadAllText(_cases[$"{i}/left"]).Length == 0,
                    "left behind: " + about);
            Assert.True(_cases.Ended($"{i}/delete", about), about);
            Assert.True(File.ReadAllText(_cases[$"{i}/after"]).Length == 0, "left behind: " + about);
        }
        if (count > 1) Assert.InRange(made, count / 20, count - 1);
        Assert.Equal(File.ReadAllText(_cases["mounts"]), File.ReadAllText(_cases["mounts.after"]));
        Assert.Equal("", File.ReadAllText(_cases["cgroups"]));
    }

    [Fact]
    public void A_changed_state_is_an_error_for_its_container_alone()
    {
        int count = FuzzRun.Cases(120);
        string parent = "/minirun-oci-test-" + Guid.NewGuid().ToString("n")[..12];
        using var bundle = new OciBundle(config =>
        {
            if (Kernel.Uid == 0) config["linux"]!["cgroupsPath"] = parent + "/own";
        }, "true").Make("create", "start");
        string good = Path.Combine(bundle.Root, bundle.Id);
        JsonObject state = JsonNode.Parse(File.ReadAllText(Path.Combine(good, "state.json")))!.AsObject();
        (string[] cgroups, JsonObject older, JsonObject spoilt) = Cgroups(state);
        var mutator = new JsonMutator(
            [.. ((JsonObject[])[state, older, spoilt]).Select(each => Encoding.UTF8.GetBytes(each.ToJsonString())),
                Encoding.UTF8.GetBytes(
                    "{\"sharesPidNamespace\":true,\"annotations\":{\"a\":\"b\"},\"updates\":{\"memory\":{\"limit\":5}},\"ownerUid\":7}")]);
        var configurations = new JsonMutator(File.ReadAllBytes(Path.Combine(good, "config.json")));
        string root = _cases["state"];
        Minirun.Other("cp", "-a", bundle.Root, root).Succeeds();
        File.WriteAllText(_cases["process.json"], "{\"args\":[\"true\"],\"cwd\":\"/\"}");
        for (int i = 0; i < count; i++)
        {
            string one = Directory.CreateDirectory(Path.Combine(root, $"fuzz-{i}")).FullName;
            var random = new Random(FuzzRun.Seed + i);
            bool isState = random.Next(3) > 0;
            File.WriteAllBytes(Path.Combine(one, "state.json"),
                isState ? mutator.Next(random) : Encoding.UTF8.GetBytes(state.ToJsonString()));
            File.WriteAllBytes(Path.Combine(one, "config.json"),
                isState ? File.ReadAllBytes(Path.Combine(good, "config.json")) : configurations.Next(random));
        }
        string[] verbs = ["state", "start", "kill", "ps", "exec", "update", "pause", "events", "delete"];
        _cases.Run($$"""
            oci() { call "$1" "$OCI" --root "$PWD/state" "${@:2}"; }
            oci list list
            oci json list --format json
            # Somebody else, in the cgroup beside; and the container's own, which each case may remove.
            sleep 1000 &
            other=$!
            for cgroup in $CGROUPS; do
                mkdir -p ${cgroup%/own}/other
                # A new cpuset of version 1 has nothing to run on.
                for file in cpuset.cpus cpuset.mems; do
                    [[ ! -e ${cgroup%/own}/$file ]] || cat ${cgroup%/own}/$file >${cgroup%/own}/other/$file
                done
                echo $other >${cgroup%/own}/other/cgroup.procs
            done
            for ((i = 0; i < {{count}}; i++)); do
                mkdir $i
                if [[ -n $CGROUPS ]]; then
                    number={{PlaceOfInode}} inodes=
                    mkdir -p $CGROUPS
                    for inode in $(stat -c %i $CGROUPS); do inodes+="s/$((number++))/$inode/;"; done
                    sed -i "$inodes" state/fuzz-$i/state.json
                fi
                cp state/fuzz-$i/*.json $i/
                oci $i/state state fuzz-$i
                oci $i/start start fuzz-$i
                oci $i/kill kill fuzz-$i TERM
                oci $i/ps ps fuzz-$i
                oci $i/exec exec --process process.json fuzz-$i
                oci $i/update update --pids-limit 7 fuzz-$i
                oci $i/pause pause fuzz-$i
                oci $i/events events --stats fuzz-$i
                oci $i/delete delete fuzz-$i
                oci $i/force delete --force fuzz-$i
                kill -0 $other && echo yes >$i/lives
            done
            kill -KILL $other
            wait $other || true
            for cgroup in $CGROUPS; do
                until rmdir ${cgroup%/own}/other; do :; done
                [[ ! -e $cgroup ]] || rmdir $cgroup
                rmdir ${cgroup%/own}
            done
            oci after list -q
            ls state >left
            """, ("OCI", OciBundle.Program), ("CGROUPS", string.Join(' ', cgroups)));
        for (int i = 0; i < count; i++)
        {
            string about =
                $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n{FuzzRun.Text(File.ReadAllBytes(_cases[$"{i}/state.json"]))}";
            Assert.True(File.Exists(_cases[$"{i}/lives"]), "what was in another cgroup is dead: " + about);
            foreach (string verb in verbs) _cases.Ended($"{i}/{verb}", about, 1, 255);
            Assert.True(_cases.Ended($"{i}/force", about), about);
        }
        Assert.True(_cases.Ended("list", "") && _cases.Ended("json", ""));
        Assert.Contains(bundle.Id, File.ReadAllText(_cases["list.out"]));
        Assert.Equal(bundle.Id + "\n", File.ReadAllText(_cases["after.out"]));
        Assert.Equal(bundle.Id + "\n", File.ReadAllText(_cases["left"]));
    }

    /// <summary>
    /// The container's cgroups; numbers stand for their inodes, as they are made anew for each case. Then the state as an earlier version
    /// wrote it, and one with the paths of the cgroup beside.
    /// </summary>
    private static (string[] Cgroups, JsonObject Older, JsonObject Spoilt) Cgroups(JsonObject state)
    {
        JsonObject older = state.DeepClone().AsObject(), spoilt = state.DeepClone().AsObject();
        if (state["cgroup"]?["inodes"] is not JsonObject inodes) return ([], older, spoilt);
        Dictionary<string, string> paths =
            state["cgroup"]!["paths"]!.AsObject().ToDictionary(each => each.Key, each => (string)each.Value!);
        int number = PlaceOfInode;
        foreach (string controller in paths.Keys) inodes[controller] = number++;
        older["cgroup"]!.AsObject().Remove("inodes");
        spoilt["cgroup"]!["inodes"] = inodes.DeepClone();
        foreach (var (controller, path) in paths) spoilt["cgroup"]!["paths"]![controller] = Path.GetDirectoryName(path) + "/other";
        return ([.. paths.Values], older, spoilt);
    }

    /// <summary>As `spec` writes it, for a process that ends at once, in a root file system of ours.</summary>
    private byte[] Good()
    {
        using var bundle = new OciBundle(config => config["root"]!["path"] = _rootfs["r"], "true");
        JsonObject document = JsonNode.Parse(File.ReadAllText(bundle.ConfigPath))!.AsObject();
        document["linux"]!.AsObject().Remove("resources");
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    /// <summary>The same with more in it.</summary>
    private static byte[] More(byte[] good)
    {
        JsonObject document = JsonNode.Parse(good)!.AsObject();
        document["process"]!["user"] = JsonNode.Parse("""{"uid":0,"gid":0,"umask":18}""");
        document["process"]!["oomScoreAdj"] = 500;
        document["process"]!["ioPriority"] = JsonNode.Parse("""{"class":"IOPRIO_CLASS_BE","priority":4}""");
        document["annotations"] = JsonNode.Parse("""{"a":"b"}""");
        document["linux"]!["seccomp"] = JsonNode.Parse("""
            {"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],
            "syscalls":[{"names":["chroot"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]}]}
            """);
        document["linux"]!["rootfsPropagation"] = "rprivate";
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    /// <summary>With hooks of all moments, and for root a cgroup and limits.</summary>
    private static byte[] WithHooks(byte[] good, string cgroup)
    {
        JsonObject document = JsonNode.Parse(good)!.AsObject();
        document["hooks"] = JsonNode.Parse("""
            {
              "prestart": [{"path": "/bin/true"}], "createRuntime": [{"path": "/bin/true", "args": ["true", "x"], "timeout": 5}],
                "createContainer": [{"path": "/bin/true", "env": ["A=B"]}],
              "startContainer": [{"path": "/bin/true"}], "poststart": [{"path": "/bin/true", "args": ["true"]}],
                "poststop": [{"path": "/bin/true"}, {"path": "/bin/false"}]
            }
            """);
        if (Kernel.Uid == 0)
        {
            document["linux"]!["cgroupsPath"] = $"/{cgroup}/own";
            document["linux"]!["resources"] = JsonNode.Parse("""
                {
                  "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}],
                  "memory": {"limit": 536870912, "reservation": 536870912, "swap": 536870912},
                    "cpu": {"shares": 1024, "quota": 1000000, "period": 500000, "cpus": "0", "mems": "0"},
                  "pids": {"limit": 32771}, "blockIO": {"weight": 100}, "hugepageLimits": [{"pageSize": "2MB", "limit": 0}],
                    "unified": {"pids.max": "5"}
                }
                """);
        }
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    /// <summary>With our root file system and cgroup: a root of "/" would be the machine's.</summary>
    private byte[] Harmless(JsonMutator mutator, int seed, string cgroup)
    {
        var random = new Random(seed);
        while (true)
        {
            byte[] json = mutator.Next(random);
            try
            {
                using var document = JsonDocument.Parse(json);
                JsonElement root = document.RootElement;
                if (root.ValueKind != JsonValueKind.Object) return json;
                if (IsBelow(root, cgroup) && root.TryGetProperty("root", out JsonElement own) && own.ValueKind == JsonValueKind.Object
                    && own.TryGetProperty("path", out JsonElement path) && path.ValueEquals(_rootfs["r"]))
                    return json;
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                return json;
            }
        }
    }

    /// <summary>Whether its cgroup, where it names one, is below ours: other directories nobody would take away.</summary>
    private static bool IsBelow(JsonElement root, string cgroup) =>
        !root.TryGetProperty("linux", out JsonElement linux) || linux.ValueKind != JsonValueKind.Object
            || !linux.TryGetProperty("cgroupsPath", out JsonElement path)
        || path.ValueKind != JsonValueKind.String || path.GetString() is not { Length: > 0 } text
            || text.StartsWith($"/{cgroup}", StringComparison.Ordinal);
}
