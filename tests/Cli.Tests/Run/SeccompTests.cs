using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Which system calls a command may make. The numbers are those of x86-64.</summary>
public sealed class SeccompTests
{
    private const string Mount = "165", Keyctl = "250", Bpf = "321", Unshare = "272", Clone3 = "435", Personality = "135", Acct = "163",
        Mkdir = "83", Newest = "900";

    private static readonly string[] s_unconfined = ["--security-opt", "seccomp=unconfined"];

    [Theory]
    [InlineData(Keyctl, "EPERM")]
    [InlineData(Bpf, "EPERM")]
    [InlineData(Unshare, "EPERM")]
    [InlineData(Mount, "EPERM")]
    [InlineData(Acct, "EPERM")]
    [InlineData(Clone3, "ENOSYS")]
    [InlineData(Newest, "ENOSYS")]
    public void The_default_profile_refuses(string call, string error) => Assert.Equal(error, Call([], call));

    [Fact]
    public void Unconfined_refuses_nothing()
    {
        Assert.Equal("0", Filters(s_unconfined));
        // The kernel's own answers to calls without sense.
        Assert.Equal("EINVAL", Call(s_unconfined, Clone3));
        Assert.Equal("EOPNOTSUPP", Call(s_unconfined, Keyctl, "999"));
    }

    [Fact]
    public void Every_container_is_filtered_but_a_privileged_one()
    {
        Assert.Equal("2", Filters([]));
        Assert.Equal("2", Filters(["--init"]));
        Assert.Equal("2", Filters(["--no-new-privs=false"]));
        Assert.Equal("0", Filters(["--privileged"]));
        Assert.Equal("2", Filters(["--privileged", "--security-opt", "seccomp=builtin"]));
    }

    [Fact]
    public void The_container_s_first_process_of_init_is_filtered_too() =>
        Assert.Contains("Seccomp:\t2", Container.Run(["--init"], "cat", "/proc/1/status").Succeeds().Out);

    [Fact]
    public void A_capability_opens_what_it_is_for()
    {
        Assert.Equal("0", Call(["--cap-add", "SYS_ADMIN"], Unshare, "0x20000"));
        Assert.Equal("EINVAL", Call(["--cap-add", "SYS_ADMIN"], Clone3));
        Assert.Equal("EPERM", Call(["--cap-add", "NET_ADMIN"], Unshare));
    }

    [Fact]
    public void Personalities_are_allowed_by_value()
    {
        Assert.Equal("0", Call([], Personality, "0x20000"));
        Assert.Equal("EPERM", Call([], Personality, "0x40000"));
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":77}]}""")]
    [InlineData("""
        {"defaultAction":"SCMP_ACT_ALLOW","architectures":null,"syscalls":[{"name":"mkdir","action":"SCMP_ACT_ERRNO","errnoRet":77,
        "args":null,"includes":{"arches":["amd64"],"caps":["CAP_CHOWN"],"minKernel":"4.8"},"excludes":{}}]}
        """)]
    [InlineData("""
        {"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}],
        "syscalls":[{"names":["mkdir","nosuchcall"],"action":"SCMP_ACT_ERRNO","errnoRet":77,"excludes":{"caps":["CAP_SYS_ADMIN"]}}]}
        """)]
    public void A_profile_comes_from_a_file(string profile)
    {
        using var files = new TemporaryDirectory();
        Assert.Equal("EBADFD", Call(["--security-opt", "seccomp=" + files.Write("profile.json", profile)], Mkdir));
    }

    [Fact]
    public void Conditions_of_a_profile_leave_rules_out()
    {
        using var files = new TemporaryDirectory();
        string file = files.Write("profile.json", """
            {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":77,
            "includes":{"caps":["CAP_SYS_ADMIN"]}}]}
            """);
        Assert.Equal("EFAULT", Call(["--security-opt", "seccomp=" + file], Mkdir));
        Assert.Equal("EBADFD", Call(["--security-opt", "seccomp=" + file, "--cap-add", "SYS_ADMIN"], Mkdir));
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_MAYBE"}""", "defaultAction: ", "SCMP_ACT_MAYBE")]
    [InlineData("""
        {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG"},{"names":["b"],"action":"DENY"}]}
        """, "syscalls[1].action: ", "DENY")]
    [InlineData("""
        {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":6,"op":"SCMP_CMP_EQ"}]}]}
        """, "syscalls[0].args[0].index: ", "6")]
    [InlineData("""
        {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":0,"op":"LIKE"}]}]}
        """, "syscalls[0].args[0].op: ", "LIKE")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","VAX"]}""", "architectures[1]: ", "VAX")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["FAST"]}""", "flags[0]: ", "FAST")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]}""", "listenerPath: ",
        "SCMP_ACT_NOTIFY")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":"mkdir"}]}""", "syscalls[0].names: ", "line 1")]
    [InlineData("so be it", "profile.json: ", "line 1")]
    public void A_mistake_in_a_file_is_named_with_its_place(string profile, string place, string what)
    {
        using var files = new TemporaryDirectory();
        string file = files.Write("profile.json", profile);
        Container.Run(["--security-opt", "seccomp=" + file], "true").Fails(125, file, place, what);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Container.Run(["--security-opt", "seccomp=/no/such/file"], "true").Fails(125, "/no/such/file", "no such file");

    [Fact]
    public void An_unknown_security_option_is_refused() =>
        Container.Run(["--security-opt", "magic=on"], "true").Fails(125, "--security-opt magic=on", "seccomp=");

    [Fact]
    public void The_document_holds_the_profile() =>
        Assert.Contains("SCMP_ARCH_X32", Container.Run(["--print-spec"], "true").Succeeds().Out);

    private static string Call(string[] options, params string[] call) =>
        Container.Run(options, ["/probe", "syscall", .. call]).Succeeds().Out.TrimEnd('\n');

    private static string Filters(string[] options) =>
        Container.Run(options, "/probe", "caps")
            .Succeeds().Lines.Single(line => line.StartsWith("Seccomp: ", StringComparison.Ordinal))[9..];
}
