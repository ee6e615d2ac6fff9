using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// Whoever has CAP_SYS_PTRACE in the user namespace of the one that enters a container sees that one's descriptors (CVE-2016-9962): none may be of the host's.
/// </summary>
public sealed class ExecDescriptorTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    /// <summary>Each execve takes long here, so that a look from inside comes in time.</summary>
    [TheoryRequires(Need.Root | Need.Strace)]
    [InlineData("--cap-add", "SYS_PTRACE")]
    [InlineData("--privileged")]
    public void No_directory_of_the_host_comes_in_with_exec_in_the_host_s_user_namespace(params string[] flags)
    {
        const string Look = "echo looking; while :; do for each in /proc/[0-9]*/fd/*; do if test -d $each; then echo found $(readlink $each); fi; done; done";
        _root.Run(["run", "-d", "--name", "web", "--userns", "host", .. flags, Rootfs.Busybox, "sh", "-c", Look]).Exits(0);
        Support.Minirun.Other(_root.How, "strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=execve,execveat", "-e", "inject=execve,execveat:delay_enter=300000",
            Programs.Minirun, "exec", "web", "true"]).Exits(0);
        string found = _root.Run("logs", "web").Exits(0).Out;
        Assert.StartsWith("looking", found);
        // The shell that looks has the directories of its own look open.
        Assert.DoesNotContain(found.Split('\n'), line => line.StartsWith("found", StringComparison.Ordinal) && !line.EndsWith("/fd", StringComparison.Ordinal));
    }
}
