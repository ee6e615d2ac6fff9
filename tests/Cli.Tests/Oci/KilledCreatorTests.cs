using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Whoever creates a container can be killed at any moment; `delete --force` then finds all that it made.</summary>
public sealed class KilledCreatorTests
{
    private const int Most = 300;

    [Requires(Need.Root | Need.Strace)]
    public void Nothing_is_left_of_a_container_whose_creator_was_killed()
    {
        if (!OciBundle.IsOurs) return;   // others leave cgroups behind
        string name = "minirun-oci-test-" + Guid.NewGuid().ToString("n");
        int killed = 0;
        // strace counts each call for itself.
        foreach (string call in (string[])["mkdir", "write", "rename", "clone", "clone3", "sendto", "mkdirat", "unlink", "rmdir", "flock", "openat"])
        {
            int when = 1;
            while (KilledAt(call, when, name) && when < Most) when++;
            Assert.InRange(when, 1, Most - 1);
            killed += when - 1;
        }
        // Not once would mean that nothing was tried.
        Assert.True(killed > 20, $"killed {killed} times");
    }

    [Requires(Need.Root | Need.Strace)]
    public void A_cgroup_that_was_there_before_stays()
    {
        if (!OciBundle.IsOurs) return;
        string name = "minirun-oci-test-" + Guid.NewGuid().ToString("n");
        string there = Path.Combine(Hierarchies().First(), name);
        Directory.CreateDirectory(there);
        try
        {
            using OciBundle bundle = Bundle(name);
            // Before the first record is put in its place, where the copy of the configuration is already.
            Assert.Equal(137, Create(bundle, "rename", "2").ExitCode);
            bundle.Oci("delete", "--force", "ID").Succeeds();
            Assert.True(Directory.Exists(there));
        }
        finally
        {
            Directory.Delete(there);
        }
    }

    /// <summary>The creator dies before its Nth call that changes anything. False when it came to its end before.</summary>
    private static bool KilledAt(string call, int when, string name)
    {
        using OciBundle bundle = Bundle(name);
        Result result = Create(bundle, call, when.ToString());
        bundle.Oci("delete", "--force", "ID").Succeeds();
        string[] left = [.. Hierarchies().Select(hierarchy => Path.Combine(hierarchy, name)).Where(Directory.Exists)];
        foreach (string cgroup in left) Directory.Delete(cgroup);
        Assert.True(left.Length == 0, $"killed at {call} {when}: left {string.Join(' ', left)}");
        if (Directory.Exists(bundle.Root)) Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
        return result.ExitCode == 137;
    }

    private static OciBundle Bundle(string name) => new(config => config["linux"]!["cgroupsPath"] = "/" + name, "sleep", "1000");

    private static Result Create(OciBundle bundle, string calls, string when) =>
        Support.Minirun.Other(new Start { Before = "exec </dev/null >/dev/null 2>&1" }, "strace",
            "-qq", "-e", "trace=" + calls, "-e", $"inject={calls}:signal=KILL:when={when}", OciBundle.Program, "--root", bundle.Root, "create", "--bundle", bundle.Directory, bundle.Id);

    private static IEnumerable<string> Hierarchies() =>
        File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup")).Select(line => line.Split(' ')[4]);
}
