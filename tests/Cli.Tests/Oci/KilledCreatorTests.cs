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

    private static OciBundle Bundle(string name) => new(config => config["linux"]!["cgroupsPath"] = "/" + name, "sleep", "1000");

    private static Result Create(OciBundle bundle, string calls, string when) =>
        Support.Minirun.Other(new Start { Before = "exec </dev/null >/dev/null 2>&1" }, "strace",
            "-qq", "-e", "trace=" + calls, "-e", $"inject={calls}:signal=KILL:when={when}", OciBundle.Program, "--root", bundle.Root, "create", "--bundle", bundle.Directory, bundle.Id);

    private static IEnumerable<string> Hierarchies() =>
        File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup")).Select(line => line.Split(' ')[4]);
}
