using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// Whoever has CAP_SYS_PTRACE in the user namespace of the one that enters a container sees that one's descriptors (CVE-2016-9962): none
/// may be of the host's.
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
        const string Look = "echo looking; while :; do for each in /proc/[0-9]*/fd/*; do if test -d $each; then echo found $(readlink "
            + "$each); fi; done; done";
        _root.Run(["run", "-d", "--name", "web", "--userns", "host", .. flags, Rootfs.Busybox, "sh", "-c", Look]).Exits(0);
        Support.Minirun.Other(_root.How, "strace",
            ["-f", "-qq", "-o", "/dev/null", "-e", "trace=execve,execveat", "-e", "inject=execve,execveat:delay_enter=300000",
            Programs.Minirun, "exec", "web", "true"]).Exits(0);
        string found = _root.Run("logs", "web").Exits(0).Out;
        Assert.StartsWith("looking", found);
        // The shell that looks has the directories of its own look open.
        Assert.DoesNotContain(found.Split('\n'),
            line => line.StartsWith("found", StringComparison.Ordinal) && !line.EndsWith("/fd", StringComparison.Ordinal));
    }

    /// <summary>There is none in it that could take the place of the caller's, which stays where nobody inside can change it.</summary>
    [Fact]
    public void A_caller_s_dev_null_does_where_the_container_has_none()
    {
        _root.Detached(["--name", "web", "--privileged"], "sh", "-c", "umount -l /dev/null; rm /dev/null && echo gone; exec sleep 1000");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "gone\n"));
        const string change = "chmod 777 /proc/self/fd/0 2>&1; chown 1:1 /proc/self/fd/0; touch /proc/self/fd/0; cat; echo read";
        string mode = Support.Minirun.Other("stat", "-c", "%a %u %g", "/dev/null").Out;
        Start how = _root.How with { Before = "exec </dev/null" };
        Result result = Support.Minirun.Run(how, "exec", "-i", "web", "sh", "-c", change);
        Assert.EndsWith("read\n", result.Exits(0).Out);
        Support.Minirun.Run(_root.How with { Before = "exec </dev/null >/dev/null" }, "exec", "web", "echo", "written").Succeeds();
        Assert.Equal(mode, Support.Minirun.Other("stat", "-c", "%a %u %g", "/dev/null").Out);
    }
}
