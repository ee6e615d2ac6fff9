using System.Diagnostics;
using Minirun.Clients.Support;
using Minirun.Engine.Tests.Support;
using Xunit;

namespace Minirun.Engine.Tests.Volumes.Gluster;

/// <summary>
/// `minirun volume-plugin glusterfs` on Debian's glusterfs-server. Each fact is a function of facts.sh, in a network and mount namespace of
/// its own.
/// </summary>
public sealed class GlusterFacts
{
    private const int Skipped = 77;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void What_a_container_writes_is_on_the_brick_and_the_last_stop_unmounts() => Holds("brick");

    [SkippableFact]
    public void It_speaks_dockers_protocol() => Holds("protocol");

    [SkippableFact]
    public void A_volume_that_the_servers_lack_fails_the_start_and_leaves_nothing() => Holds("missing");

    [SkippableFact]
    public void Neither_its_kill_nor_one_of_glusterfs_loses_a_mount_for_good() => Holds("killed");

    private static void Holds(string fact)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(root + "/build.sh"))
            root = Path.GetDirectoryName(root)
                ?? throw new InvalidOperationException("the repository is not above " + AppContext.BaseDirectory);
        using var process = Process.Start(new ProcessStartInfo("bash", [AppContext.BaseDirectory + "/Volumes/Gluster/facts.sh", fact])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REPOSITORY"] = root }
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{fact}: not in {s_patience.TotalMinutes} minutes");
        }
        if (process.ExitCode == Skipped) throw new SkippedException(output.Result.Trim());
        Assert.True(process.ExitCode == 0, $"{fact}: {process.ExitCode}\n{output.Result}{error.Result}");
    }
}
