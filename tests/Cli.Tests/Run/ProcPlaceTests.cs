using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Nothing is mounted over what is in /proc (CVE-2019-16884), whichever way a container is started, and by no link.</summary>
public sealed class ProcPlaceTests : IDisposable
{
    private static readonly string[][] s_ways =
    [
        ["run"], ["run", "--rm", "-l", "way=monitor"], ["run", "-d", "--rm"], ["create"],
        ["run", "--dry-run"], ["run", "--print-spec"], ["run", "--explain"],
    ];

    private const string Inside = "cannot be mounted because it is inside /proc";
    private const string OfAll = "\"/proc\" cannot be mounted because it is not of type proc";

    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryRootfs _rootfs = new();

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("--tmpfs", "/proc/self")]
    [InlineData("--tmpfs", "/proc/./sys//kernel")]
    [InlineData("--mount", "type=tmpfs,destination=/proc/irq")]
    [InlineData("--volume", "@:/proc/sys")]
    [InlineData("--volume", "@/file:/proc/version:ro")]
    [InlineData("--volume", "@:/proc/sys:O")]
    [InlineData("--volume", "data:/proc/sys")]
    [InlineData("--device", "/dev/null:/proc/kcore")]
    public void A_place_in_it_is_refused_in_every_way(string flag, string value)
    {
        _directory.Write("file", "");
        // A volume with a name is the engine's.
        foreach (string[] way in value.StartsWith("data:", StringComparison.Ordinal) ? s_ways[1..4] : s_ways)
            Run(way, flag, value).Fails(125, Inside);
        Assert.Equal("", _root.Run("ps", "-aq").Succeeds().Out);
    }

    [Fact]
    public void And_what_takes_the_place_of_all_of_it()
    {
        foreach (string[] way in s_ways)
            Run(way, "--tmpfs", "/proc").Fails(125, OfAll);
        // Which file system it is, the kernel says at the start.
        foreach (string[] way in s_ways[..2])
            Run(way, "-v", "@:/proc").Fails(125, "EPERM");
    }

    /// <summary>A link in the root file system is followed inside, by who mounts.</summary>
    [Theory]
    [InlineData("--tmpfs", "/link")]
    [InlineData("--volume", "@:/link")]
    [InlineData("--volume", "@:/link:O")]
    public void A_link_does_not_lead_into_it(string flag, string value)
    {
        _rootfs.Link("/link", "/proc/sys");
        foreach (string[] way in s_ways[..2])
            Run(way, flag, value).Fails(125, "/link", "EPERM");
    }

    [Fact]
    public void Nor_one_in_the_place_of_a_file_that_every_container_gets()
    {
        _rootfs.Link("/etc/resolv.conf", "/proc/sys/kernel/ostype");
        _rootfs.Link("/etc/hosts", "/proc/self/status");
        const string script = "cat /proc/sys/kernel/ostype; grep -c ' /proc/[^ ]*\\(status\\|ostype\\) ' /proc/self/mountinfo";
        Result result = _root.Run("run", _rootfs.Path, "sh", "-c", script);
        Assert.Equal(["Linux", "0"], result.Lines);
    }

    [Fact]
    public void What_lxcfs_emulates_may_be_replaced()
    {
        _directory.Write("file", "1.00 2.00\n");
        foreach (string[] way in s_ways[..2])
        {
            Result result = _root.Run([.. way, "-v", _directory["file"] + ":/proc/uptime:ro", _rootfs.Path, "cat", "/proc/uptime"]);
            Assert.Equal("1.00 2.00\n", result.Exits(0).Out);
        }
    }

    private Result Run(string[] way, string flag, string value) =>
        _root.Run([.. way, flag, value.Replace("@", _directory.Path), _rootfs.Path, "true"]);
}
