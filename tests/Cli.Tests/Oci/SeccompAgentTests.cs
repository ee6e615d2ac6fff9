using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>SCMP_ACT_NOTIFY: an agent outside answers the container's system calls.</summary>
public sealed class SeccompAgentTests : IDisposable
{
    private static readonly string s_call = SeccompAgent.Answered.ToString();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_agent_answers_a_container_that_is_run(bool noNewPrivileges)
    {
        using var agent = new SeccompAgent(_directory["agent"]);
        using OciBundle bundle = Bundle(["acct"], noNewPrivileges, "/probe", "syscall", s_call);
        Assert.Equal($"{SeccompAgent.Answer}\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
        JsonNode message = JsonNode.Parse(agent.Message())!;
        Assert.Equal("seccompFd", (string?)message["fds"]![0]);
        Assert.Equal("for the agent", (string?)message["metadata"]);
        Assert.Equal(bundle.Id, (string?)message["state"]!["id"]);
        Assert.Equal("creating", (string?)message["state"]!["status"]);
        Assert.Equal((int)message["state"]!["pid"]!, (int)message["pid"]!);
    }

    [Fact]
    public void The_agent_answers_a_container_that_is_created_and_started()
    {
        using var agent = new SeccompAgent(_directory["agent"]);
        using OciBundle bundle = Bundle(["acct"], false, "/probe", "syscall", s_call).Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Out == $"{SeccompAgent.Answer}\n"), bundle.Out);
        Assert.Equal(bundle.Id, (string?)JsonNode.Parse(agent.Message())!["state"]!["id"]);
    }

    [Fact]
    public void The_agent_answers_a_process_that_joins()
    {
        using var agent = new SeccompAgent(_directory["agent"]);
        using OciBundle bundle = Bundle(["acct"], false, "sleep", "1000").Make("create", "start");
        JsonNode first = JsonNode.Parse(agent.Message())!;
        Assert.Equal($"{SeccompAgent.Answer}\n", bundle.Oci("exec", "ID", "/probe", "syscall", s_call).Succeeds().Out);
        JsonNode second = JsonNode.Parse(agent.Message())!;
        Assert.Equal((int)first["pid"]!, (int)second["state"]!["pid"]!);
        Assert.Equal("running", (string?)second["state"]!["status"]);
        Assert.NotEqual((int)first["pid"]!, (int)second["pid"]!);
    }

    /// <summary>The agent has the listener before the first call that waits for it, were it one of the runtime's own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calls_of_the_runtime_itself_wait_for_the_agent_too(bool noNewPrivileges)
    {
        using var agent = new SeccompAgent(_directory["agent"]);
        using OciBundle bundle = Bundle(["execve", "chdir", "sendmsg", "sendto", "close"], noNewPrivileges, "/probe", "exit", "0");
        bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0);
        Assert.Contains(59 /* execve */, agent.Calls);
        if (OciBundle.IsOurs) Assert.Contains(3 /* close */, agent.Calls);
    }

    [Fact]
    public void Without_an_agent_there_is_no_container()
    {
        using OciBundle bundle = Bundle(["acct"], false, "true");
        Assert.Contains(_directory["agent"], bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(1).Error);
        Assert.Contains("does not exist", bundle.Oci("state", "ID").Error);
    }

    [Fact]
    public void A_process_that_joins_without_an_agent_does_not_run()
    {
        OciBundle bundle;
        using (var agent = new SeccompAgent(_directory["agent"])) bundle = Bundle(["acct"], false, "sleep", "1000").Make("create", "start");
        using (bundle)
        {
            Result result = bundle.Oci("exec", "ID", "echo", "runs").Exits(255);
            Assert.Contains(_directory["agent"], result.Error);
            Assert.Empty(result.Out);
        }
    }

    private OciBundle Bundle(string[] calls, bool noNewPrivileges, params string[] command) => new(config =>
    {
        config["process"]!["noNewPrivileges"] = noNewPrivileges;
        config["linux"]!["seccomp"] = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW",
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64"),
            ["listenerPath"] = _directory["agent"],
            ["listenerMetadata"] = "for the agent",
            ["syscalls"] = new JsonArray(new JsonObject { ["names"] = new JsonArray([.. calls.Select(call => JsonValue.Create(call))]),
                ["action"] = "SCMP_ACT_NOTIFY" }),
        };
    }, command);
}
