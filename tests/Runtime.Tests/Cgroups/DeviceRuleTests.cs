using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class DeviceRuleTests
{
    private const int Block = 1, Character = 2, M = 1, R = 2, W = 4;
    private static readonly OciDeviceRule s_denyAll = new() { Allow = false, Access = "rwm" };

    [Theory]
    [InlineData(Character, R | W, 1, 3, true)]
    [InlineData(Character, R | W | M, 136, 77, true)]
    [InlineData(Character, M, 200, 1, true)]
    [InlineData(Block, M, 8, 0, true)]
    [InlineData(Block, R, 8, 0, false)]
    [InlineData(Character, R, 1, 1, false)]
    [InlineData(Character, R | M, 1, 1, false)]
    public void The_default_devices_are_always_allowed(int type, int access, long major, long minor, bool allowed)
    {
        Assert.Equal(allowed, Allows([s_denyAll], type, access, major, minor));
        Assert.Equal(allowed, Allows([], type, access, major, minor));
    }

    [Fact]
    public void The_last_rule_that_speaks_of_an_access_decides()
    {
        OciDeviceRule[] rules = [s_denyAll, Rule(true, "b", 8, null, "rw"), Rule(false, "b", 8, 1, "w")];
        Assert.True(Allows(rules, Block, R | W, 8, 0));
        Assert.True(Allows(rules, Block, R, 8, 1));
        Assert.False(Allows(rules, Block, W, 8, 1));
        Assert.False(Allows(rules, Block, R | W, 8, 1));
    }

    [Fact]
    public void Accesses_of_several_rules_add_up()
    {
        OciDeviceRule[] rules = [s_denyAll, Rule(true, "c", 10, 229, "r"), Rule(true, "c", 10, null, "w")];
        Assert.True(Allows(rules, Character, R | W, 10, 229));
        Assert.False(Allows(rules, Character, R | W, 10, 228));
        Assert.True(Allows(rules, Character, W, 10, 228));
    }

    [Fact]
    public void A_privileged_container_may_use_all_but_what_is_denied_later()
    {
        OciDeviceRule[] rules = [new() { Allow = true, Access = "rwm" }, Rule(false, "b", 8, 0, null)];
        Assert.True(Allows(rules, Block, R | W, 8, 1));
        Assert.False(Allows(rules, Block, R, 8, 0));
    }

    /// <summary>runc counts the letters that it knows.</summary>
    [Fact]
    public void Letters_that_are_no_access_do_not_count_and_are_told()
    {
        List<string> told = [];
        Assert.Equal("c 1:11 rw", DeviceRules.Of([new() { Type = "c", Major = 1, Minor = 11, Access = "rwa" }], told.Add)[1].ToString());
        Assert.StartsWith("linux.resources.devices[0].access: 'rwa' is not made of r, w and m alone", Assert.Single(told));
    }

    [Fact]
    public void Allow_all_alone_needs_no_program() =>
        Assert.True(Assert.Single(DeviceRules.Of([new() { Allow = true, Type = "a" }])).IsEverything);

    [Theory]
    [InlineData("x", "rwm", "linux.resources.devices[0].type")]
    [InlineData("c", "xy", "linux.resources.devices[0].access")]
    public void A_bad_rule_is_named_by_its_path(string type, string access, string path) =>
        Assert.Contains(path, Refuses.With(() => DeviceRules.Of([new() { Type = type, Access = access }])).Message);

    [Fact]
    public void Version_1_reads_rules_as_text() => Assert.Equal(
        ["a", "c 10:229 rw", "b 8:* rwm"],
        DeviceRules.Of([s_denyAll, Rule(true, "c", 10, 229, "wr"), Rule(true, "b", 8, -1, null)]).Take(3).Select(rule => rule.ToString()));

    /// <summary>The program against the rules read one by one, over random rules and accesses.</summary>
    [Fact]
    public void The_program_says_what_the_rules_say()
    {
        var random = new Random(7);
        for (int round = 0; round < 500; round++)
        {
            OciDeviceRule[] rules = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => RandomRule(random))];
            List<DeviceRule> list = DeviceRules.Of(rules);
            ulong[] code = DeviceProgram.Assemble(list);
            for (int type = Block; type <= Character; type++)
                for (int access = 1; access <= 7; access++)
                    for (int major = 0; major < 3; major++)
                        for (int minor = 0; minor < 3; minor++)
                            Assert.Equal(Says(list, type, access, major, minor), Bpf.Allows(code, type, access, major, minor));
        }
    }

    private static bool Says(List<DeviceRule> rules, int type, int access, long major, long minor)
    {
        int allowed = 0;
        foreach (DeviceRule rule in rules)
        {
            bool matches = (rule.Type == 'a' || rule.Type == (type == Block ? 'b' : 'c')) && (rule.Major < 0 || rule.Major == major)
                && (rule.Minor < 0 || rule.Minor == minor);
            if (matches) allowed = rule.Allow ? allowed | rule.Access : allowed & ~rule.Access;
        }
        return (access & ~allowed) == 0;
    }

    private static OciDeviceRule RandomRule(Random random) => new()
    {
        Allow = random.Next(2) == 0,
        Type = new[] { "a", "b", "c", null }[random.Next(4)],
        Major = random.Next(4) is var major and < 3 ? major : null,
        Minor = random.Next(4) is var minor and < 3 ? minor : -1,
        Access = new[] { "r", "w", "m", "rw", "rwm", null }[random.Next(6)],
    };

    private static OciDeviceRule Rule(bool allow, string type, long? major, long? minor, string? access) =>
        new() { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };

    private static bool Allows(OciDeviceRule[] rules, int type, int access, long major, long minor) =>
        Bpf.Allows(DeviceProgram.Assemble(DeviceRules.Of(rules)), type, access, major, minor);
}
