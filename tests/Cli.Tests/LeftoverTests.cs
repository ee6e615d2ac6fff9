using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>What killed commands leave: doctor names it, and its own advice takes it away.</summary>
public sealed class LeftoverTests
{
    [Fact]
    public void A_half_made_container_is_named_and_removed_as_said()
    {
        using var directory = new TemporaryDirectory();
        foreach (string half in (string[])["containers/.new-abc", "run/oci/half", "volumes/.new-v"])
            Directory.CreateDirectory(directory[half]);
        Start how = new() { Environment = new() { ["MINIRUN_ROOT"] = directory.Path, ["XDG_RUNTIME_DIR"] = directory["none"] } };
        string[] lines = Minirun.Run(how, "doctor").Out.Split('\n');
        int at = Array.FindIndex(lines, line => line.Contains("left-containers"));
        Assert.StartsWith("degraded", lines[at]);
        foreach (string half in (string[])["/containers/.new-abc", "/run/oci/half", "/volumes/.new-v"])
            Assert.Contains(directory.Path + half, lines[at]);
        string fix = lines[at + 1].Split("fix:", 2)[1].Trim();
        Assert.Contains($"minirun-oci --root {directory.Path}/run/oci delete --force half", fix);
        Minirun.Other(how, "/bin/sh", ["-c", $"PATH={Programs.Bin}:$PATH; {fix}"]).Exits(0);
        Assert.False(Directory.Exists(directory["run/oci/half"]));
        Assert.False(Directory.Exists(directory["containers/.new-abc"]));
    }

    [Requires(Need.Root)]
    public void A_cgroup_of_a_minirun_that_is_dead_is_named()
    {
        string? mount = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 "))
            .Select(line => line.Split(' ')[4]).FirstOrDefault();
        if (mount is null) return;   // without version 2 there is nothing to make one in
        string space = File.ResolveLinkTarget("/proc/self/ns/pid", false)?.Name ?? "";
        string left = $"{mount}/minirun-4194304-1-{new string([.. space.Where(char.IsAsciiDigit)])}";
        try
        {
            // Again, where a test beside this one starts a container with limits, which takes away what is left.
            Assert.True(Deadline.Wait(() =>
            {
                Directory.CreateDirectory(left);
                return Minirun.Run("doctor").Out.Split('\n')
                    .Any(
                        line => line.StartsWith("degraded", StringComparison.Ordinal) && line.Contains("left-cgroups")
                            && line.Contains(left));
            }));
        }
        finally
        {
            try
            {
                Directory.Delete(left);
            }
            catch (DirectoryNotFoundException)
            {
                // As said.
            }
        }
    }
}
