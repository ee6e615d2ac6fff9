using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// A bundle of a test's own, with the mounts that every client asks for. MINIRUN_OCI_UNDER_TEST names another runtime to run it with.
/// </summary>
internal sealed class MountBundle : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryRootfs _rootfs = new();

    public MountBundle(bool proc = true)
    {
        string mounts = """
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
              "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]}
            """;
        if (proc)
            mounts = """{"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]}, """ + mounts;
        Config = JsonNode.Parse($$"""
            {
              "ociVersion": "1.0.2",
              "process": {
                "user": {"uid": 0, "gid": 0}, "cwd": "/", "args": [], "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                "capabilities": {"bounding": ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_MKNOD"],
                  "effective": ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_MKNOD"], "permitted": ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_MKNOD"]}
              },
              "root": {"path": ""},
              "mounts": [{{mounts}}],
              "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}]}
            }
            """)!.AsObject();
        Config["root"]!["path"] = _rootfs.Path;
    }

    /// <summary>The runtime under test.</summary>
    public static string Runtime { get; } =
        Environment.GetEnvironmentVariable("MINIRUN_OCI_UNDER_TEST") ?? Path.Combine(Programs.Bin, "minirun-oci");

    /// <summary>Whether it is ours: what an older peer does not know is not asked of it.</summary>
    public static bool IsOurs => Path.GetFileName(Runtime) == "minirun-oci";

    public JsonObject Config { get; }
    public JsonObject Linux => Config["linux"]!.AsObject();
    public TemporaryRootfs Rootfs => _rootfs;
    public string Path_ => _directory.Path;

    public MountBundle Mount(string destination, string? type, string? source, params string[] options)
    {
        var mount = new JsonObject { ["destination"] = destination,
            ["options"] = new JsonArray([.. options.Select(option => JsonValue.Create(option))]) };
        if (type is not null) mount["type"] = type;
        if (source is not null) mount["source"] = source;
        Config["mounts"]!.AsArray().Add(mount);
        return this;
    }

    /// <summary>id maps for the mount that was added last.</summary>
    public MountBundle Mapped(uint inside, uint outside, uint size)
    {
        JsonNode mount = Config["mounts"]!.AsArray()[^1]!;
        foreach (string name in (string[])["uidMappings", "gidMappings"])
            mount[name] = new JsonArray(new JsonObject { ["containerID"] = inside, ["hostID"] = outside, ["size"] = size });
        return this;
    }

    public MountBundle WithUserNamespace(uint first = 100000)
    {
        Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
        foreach (string name in (string[])["uidMappings", "gidMappings"])
            Linux[name] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = first, ["size"] = 65536 });
        Minirun.Other("chown", "-R", $"{first}:{first}", _rootfs.Path);
        return this;
    }

    public MountBundle With(string section, JsonNode value)
    {
        Linux[section] = value;
        return this;
    }

    /// <summary>Runs a line of shell in it.</summary>
    public Result Run(string script, params string[] flags)
    {
        string[] command = Command(script, flags);
        return Minirun.Other(command[0], command[1..]);
    }

    /// <summary>The words that run a line of shell in it.</summary>
    public string[] Command(string script, params string[] flags) => CommandOf(Runtime, script, flags);

    public string[] CommandOf(string runtime, string script, params string[] flags)
    {
        Config["process"]!["args"] = new JsonArray("sh", "-c", script);
        File.WriteAllText(Path.Combine(_directory.Path, "config.json"), Config.ToJsonString());
        string state = Path.Combine(_directory.Path, "state-" + Path.GetFileName(runtime)), id = "mounts-" + Guid.NewGuid().ToString("N");
        return [runtime, "--root", state, "run", "--bundle", _directory.Path, .. flags, id];
    }

    /// <summary>The output of a line of shell that succeeds.</summary>
    public string Sh(string script, params string[] flags) => Run(script, flags).Exits(0).Out.TrimEnd('\n');

    /// <summary>The mount on a place inside.</summary>
    public Mount Look(string target) => Mounts().Last(mount => mount.Target == target);

    public List<Mount> Mounts() => [.. Run("cat /proc/self/mountinfo").Exits(0).Lines.Select(Support.Mount.Parse)];

    public void Dispose()
    {
        _rootfs.Dispose();
        _directory.Dispose();
    }
}
