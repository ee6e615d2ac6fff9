using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Whoever makes minirun a set-user-ID program gives all its flags to everybody: it refuses (CVE-2020-5291).</summary>
public sealed class SetUserIdTests
{
    [TheoryRequires(Need.Root)]
    [InlineData("minirun", "run", "--userns", "host", "{rootfs}", "id")]
    [InlineData("minirun", "version")]
    [InlineData("minirun-oci", "--version")]
    public void It_does_not_run_with_more_rights_than_its_caller_has(string name, params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        string program = directory[name];
        File.Copy(Programs.Minirun, program);
        Support.Minirun.Other("chmod", "4755", program).Succeeds();
        string[] words = [.. arguments.Select(word => word.Replace("{rootfs}", Rootfs.Busybox))];
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, .. words];
        Result result = Support.Minirun.Other("setpriv", asNobody);
        Assert.Equal(125, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.Contains("set-user-ID", result.Error);
    }
}
