using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Whoever creates a container can be killed at any moment; `delete --force` then finds all that it made.</summary>
public sealed class KilledCreatorTests
{
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

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void A_container_whose_creator_was_killed_before_it_answered_ends_by_itself()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        string log = Path.Combine(bundle.Directory, "trace");
        Assert.Equal(0, Create(bundle, "sendto", "999", "-o", log).ExitCode);
        bundle.Oci("delete", "--force", "ID").Succeeds();
        // Its last word to the first process: that it has told of it, and may go.
        Assert.Equal(137,
            Create(bundle, "sendto",
                File.ReadLines(log).Count(line => line.StartsWith("sendto(", StringComparison.Ordinal))
                    .ToString(CultureInfo.InvariantCulture)).ExitCode);
        int pid = (int)JsonNode.Parse(File.ReadAllText(Path.Combine(bundle.Root, bundle.Id, "state.json")))!["pid"]!;
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(pid)), "its first process is there");
        Assert.Equal("stopped", bundle.Status);
        bundle.Oci("start", "ID").Exits(1);
        bundle.Oci("delete", "ID").Succeeds();
    }

    [Requires(Need.UserNamespaces)]
    public void A_container_that_waits_for_its_start_gives_up_when_its_state_is_taken_away()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        int pid = bundle.Make("create").Pid;
        Directory.Delete(bundle.Root, recursive: true);
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(pid)), "its first process is there");
        // With the state went what is known of its cgroups.
        foreach (string left in Hierarchies().Select(hierarchy => Path.Combine(hierarchy, bundle.Id)).Where(Directory.Exists))
            Assert.True(Deadline.Wait(() => Removed(left)), left);
    }

    private static bool Removed(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;   // somebody dead is still in it
        }
    }

    private static OciBundle Bundle(string name) => new(config => config["linux"]!["cgroupsPath"] = "/" + name, "sleep", "1000");

    private static Result Create(OciBundle bundle, string calls, string when, params string[] more) =>
        Support.Minirun.Other(new Start { Before = "exec </dev/null >/dev/null 2>&1" }, "strace",
            [.. more, "-qq", "-e", "trace=" + calls, "-e", $"inject={calls}:signal=KILL:when={when}", OciBundle.Program, "--root",
                bundle.Root, "create", "--bundle", bundle.Directory, bundle.Id]);

    private static IEnumerable<string> Hierarchies() =>
        File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup")).Select(line => line.Split(' ')[4]);
}
