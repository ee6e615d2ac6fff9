using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class IdMapTests
{
    private const string ShowMaps = "cat /proc/self/uid_map; cat /proc/self/gid_map; cat /proc/self/setgroups";

    [Requires(Need.Root)]
    public void Root_keeps_every_id() =>
        Assert.Equal(["0 0 4294967295", "0 0 4294967295", "allow"], Maps([]));

    [Requires(Need.User | Need.SubordinateIds)]
    public void A_user_with_subordinate_ids_gets_them_from_1_on()
    {
        string[] maps = Maps([]);
        Assert.Equal(5, maps.Length);
        Assert.Equal($"0 {Kernel.Uid} 1", maps[0]);
        Assert.StartsWith("1 ", maps[1]);
        Assert.Equal($"0 {Kernel.Gid} 1", maps[2]);
        Assert.Equal("allow", maps[4]);
    }

    [Fact]
    public void A_single_id_needs_no_helper_and_denies_setgroups() =>
        Assert.Equal([$"0 {Kernel.Uid} 1", $"0 {Kernel.Gid} 1", "deny"], Maps(["--userns", "single"]));

    [Fact]
    public void Whoever_runs_it_is_root_inside()
    {
        Assert.Equal("0", Container.Sh([], "id -u"));
        Assert.Equal("0", Container.Sh(["--userns=single"], "id -u"));
    }

    [Fact]
    public void Keep_id_keeps_the_id() =>
        Assert.Equal($"{Kernel.Uid} {Kernel.Gid}", Container.Sh(["--userns", "keep-id"], "echo $(id -u) $(id -g)"));

    [Fact]
    public void Files_of_the_caller_are_the_callers_with_keep_id()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal($"{Kernel.Uid}",
            Container.Sh(["--userns=keep-id", "-v", $"{directory.Path}:/mnt"], "touch /mnt/f; stat -c %u /mnt/f"));
        Assert.Equal($"{Kernel.Uid}", Support.Minirun.Other("stat", "-c", "%u", directory["f"]).Succeeds().Lines[0]);
    }

    [Requires(Need.Root)]
    public void Root_can_map_any_range() =>
        Assert.Equal(["0 100000 65536", "65536 300000 10", "0 100000 65536", "65536 300000 10", "allow"],
            Maps(["--userns", "0:100000:65536", "--userns", "65536:300000:10"], ShowMaps));

    /// <summary>
    /// As podman keeps them with <c>--uidmap</c>. Twenty times: once the child entered it before it was one of those ids, when it was
    /// quicker than its parent.
    /// </summary>
    [Requires(Need.Root)]
    public void A_root_file_system_that_only_mapped_ids_may_enter_is_entered()
    {
        using var directory = new TemporaryDirectory();
        Support.Minirun.Other("cp", "-a", Rootfs.Busybox, directory["rootfs"]).Succeeds();
        Support.Minirun.Other("chown", "100000:100000", directory["rootfs"]).Succeeds();
        Support.Minirun.Other("chmod", "700", directory["rootfs"]).Succeeds();
        for (int time = 0; time < 20; time++)
            Assert.Equal("0",
                Support.Minirun.Run("run", "--userns", "0:100000:65536", directory["rootfs"], "id", "-u").Succeeds().Lines[0]);
    }

    [Fact]
    public void The_own_id_can_be_mapped_to_any_other() =>
        Assert.Equal("42", Container.Sh(["--userns", $"42:{Kernel.Uid}:1", "-u", "42:42"], "id -u"));

    [Requires(Need.User | Need.SubordinateIds)]
    public void Ids_that_are_not_the_users_cannot_be_mapped() =>
        Container.Run(["--userns", "0:0:2"], "true").Fails(125, "newuidmap");

    [Theory]
    [InlineData("0:1")]
    [InlineData("0:1:0")]
    [InlineData("0:-1:1")]
    [InlineData("0:1:1:1")]
    [InlineData("a:b:c")]
    public void A_bad_map_is_refused(string map) =>
        Container.Run(["--userns", map], "true").Fails(125, "--userns", map, "INSIDE:OUTSIDE:SIZE");

    [Fact]
    public void A_user_that_is_not_mapped_is_refused() =>
        Container.Run(["--userns", "0:0:1".Replace("0:0", $"0:{Kernel.Uid}"), "-u", "7"], "true").Fails(125, "user 7", "--userns");

    [Fact]
    public void Explain_says_how_the_map_was_chosen() =>
        Assert.Contains("one id only, setgroups denied", Container.Run(["--userns=single", "--dry-run"], "true").Succeeds().Out);

    private static string[] Maps(string[] options, string show = ShowMaps) =>
        [
            .. Container.Sh(options, show).Split('\n')
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
