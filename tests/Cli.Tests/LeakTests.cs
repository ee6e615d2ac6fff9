using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>Runs after all other tests: what did their containers leave behind?</summary>
[Collection(LastCollection.Name)]
public sealed class LeakTests
{
    [Fact]
    public void No_process_of_a_container_is_left()
    {
        List<string> left = [];
        Assert.True(Deadline.Wait(() => (left = Machine.OurProcesses()).Count == 0), "still there:\n" + string.Join('\n', left));
    }

    [Fact]
    public void The_mount_table_is_as_it_was() =>
        Assert.Equal(Without(TestRun.Before.Mounts), Without(Machine.Look().Mounts));

    [Fact]
    public void No_cgroup_is_left() =>
        Assert.Empty(Machine.Look().Cgroups.Except(TestRun.Before.Cgroups));

    [Fact]
    public void No_file_of_minirun_is_left()
    {
        string[] left = [];
        // Containers of somebody else on this machine may have names for a while.
        Assert.True(Deadline.Wait(() => (left = [.. Machine.Look().Files.Except(TestRun.Before.Files)]).Length == 0),
            "still there:\n" + string.Join('\n', left));
    }

    // Other suites on the same machine mount in directories of their own.
    private static string[] Without(string[] mounts) =>
        [.. mounts.Where(line => !line.Contains("/minirun-test.") && !line.Contains("binfmt_misc"))];
}
