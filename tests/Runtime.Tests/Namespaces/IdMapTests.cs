using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Namespaces;

public sealed class IdMapTests
{
    private static readonly List<OciIdMapping> s_rootless =
        [new() { ContainerID = 0, HostID = 1000, Size = 1 }, new() { ContainerID = 1, HostID = 100000, Size = 65536 }];

    [Theory]
    [InlineData("         0          0 4294967295\n", 0u, 0u, 4294967295u)]   // as /proc pads it
    [InlineData("0 1000 1\n", 0u, 1000u, 1u)]
    [InlineData("0 1000 1", 0u, 1000u, 1u)]
    public void A_line_of_proc_is_read(string text, uint inside, uint outside, uint size) =>
        Assert.Equal([new IdMap(inside, outside, size)], IdMap.Parse(text));

    [Fact]
    public void Every_line_counts() =>
        Assert.Equal([new IdMap(0, 1000, 1), new IdMap(1, 100000, 65536)], IdMap.Parse("0 1000 1\n1 100000 65536\n"));

    [Fact]
    public void A_namespace_without_a_map_has_no_ids() => Assert.Empty(IdMap.Parse(""));

    [Fact]
    public void The_map_of_this_process_is_read() => Assert.NotEmpty(IdMap.ReadOwn("uid_map"));

    [Fact]
    public void What_is_written_is_what_the_kernel_reads() => Assert.Equal("0 1000 1\n1 100000 65536\n", IdMap.Format(s_rootless));

    [Theory]
    [InlineData(1000u, 0u)]
    [InlineData(100000u, 1u)]
    [InlineData(165535u, 65536u)]
    [InlineData(165536u, null)]
    [InlineData(999u, null)]
    [InlineData(1001u, null)]
    [InlineData(uint.MaxValue, null)]
    public void A_host_id_has_its_place_inside(uint outside, uint? inside) => Assert.Equal(inside, IdMap.ToInside(s_rootless, outside));

    [Theory]
    [InlineData(0u, true)]
    [InlineData(65536u, true)]
    [InlineData(65537u, false)]
    [InlineData(uint.MaxValue, false)]
    public void An_id_exists_inside_when_it_is_mapped(uint inside, bool exists) =>
        Assert.Equal(exists, IdMap.HasInside(s_rootless, inside));

    [Fact]
    public void The_end_of_a_range_at_the_last_id_does_not_wrap_around()
    {
        List<OciIdMapping> all = [new() { ContainerID = 0, HostID = 0, Size = uint.MaxValue },
            new() { ContainerID = 4294967290, HostID = 4294967290, Size = 5 }];
        Assert.Equal(4294967294u, IdMap.ToInside(all, 4294967294));
        Assert.Null(IdMap.ToInside(all, uint.MaxValue));
    }
}
