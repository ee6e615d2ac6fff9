using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A process that forks and goes all the time has another pid whenever somebody has read the last one: in a pid namespace that is not its
/// own it ends with its container all the same.
/// </summary>
public sealed class RunawayTests : IDisposable
{
    private const string Link = "[ -e /d/end ] || sh /d/link &";
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("rm -f NAME")]
    [InlineData("stop -t 0 NAME")]
    [InlineData("its own end")]
    public async Task It_ends_with_its_container(string how)
    {
        using var shared = new TemporaryDirectory();
        shared.Write("link", Link);
        // Each of them holds the pipe: it is at its end when none lives.
        string first = "mkfifo /d/alive /d/go; exec 3>/d/alive; sh /d/link & "
            + (how == "its own end" ? "read line </d/go" : "exec sleep 1000");
        string id = _root.Detached(["--pid", "host", "--net", "none", "-v", shared.Path + ":/d"], "sh", "-c", first);
        Assert.True(Deadline.Wait(() => File.Exists(shared["go"])));
        using FileStream alive = File.OpenRead(shared["alive"]);
        try
        {
            if (how == "its own end") File.AppendAllText(shared["go"], "\n");
            else _root.Run(how.Replace("NAME", id).Split(' ')).Exits(0);
            Assert.Equal(-1, await Task.Run(alive.ReadByte).WaitAsync(TimeSpan.FromSeconds(30)));
        }
        finally
        {
            shared.Write("end", "");
        }
    }
}
