using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// Two containers in one user namespace, as one has the other's network, and no pid namespace that would end either: with each ends what is
/// its own, to the last process, and nothing of the other.
/// </summary>
public sealed class SharedUserNamespaceTests : IDisposable
{
    private static readonly string[] s_pidHost = ["--pid", "host", "--security-opt", "seccomp=unconfined"];
    private static readonly string[] s_forms = ["", "setsid", "setsid unshare -U -m", "setsid unshare -r -m unshare -U -m"];

    private readonly EngineRoot _root = new();
    private readonly List<int> _daemons = [];

    public void Dispose()
    {
        _root.Dispose();
        // Of a test that has failed.
        foreach (int pid in _daemons)
            if (Kernel.IsAlive(pid)) Kernel.Signal(pid, Kernel.SIGKILL);
    }

    public static TheoryData<string, bool> Ends
    {
        get
        {
            var all = new TheoryData<string, bool>();
            string[] ends = ["by itself", "--timeout", "stop -t 0", "stop -t 1", "kill", "rm -f", "first process killed", "monitor killed"];
            foreach (string end in ends)
                foreach (bool init in (bool[])[false, true]) all.Add(end, init);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void What_shares_a_network_ends_whole(string end, bool init)
    {
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        string[] flags =
            [.. s_pidHost, .. init ? ["--init"] : Array.Empty<string>(), .. end == "--timeout" ? [end, "2s"] : Array.Empty<string>()];
        string leaves = string.Concat(s_forms.Select(form => $"{form} sleep 1000 & echo $!; "));
        // Until all of them are where they are to be.
        string then = end == "by itself" ? "sleep 1" : "sleep 1000; true";
        _root.Detached(["--name", "side", "--net", "container:web", .. flags], "sh", "-c", leaves + then);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "side").Lines.Length == s_forms.Length));
        int[] left = [.. _root.Run("logs", "side").Lines.Select(int.Parse)];
        _daemons.AddRange(left);
        End("side", end);
        foreach (int pid in left)
            Assert.True(Deadline.Wait(() => !Kernel.IsAlive(pid), TimeSpan.FromSeconds(5)),
                $"{end}: left is {s_forms[Array.IndexOf(left, pid)]} sleep");
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Theory]
    [InlineData]
    [InlineData("--pid", "host")]
    [InlineData("--pid", "host", "--init")]
    public void What_ends_takes_along_nobody_who_is_on_its_network(params string[] theirs)
    {
        foreach (string end in (string[])["by itself", "--timeout", "stop -t 0", "kill", "rm -f", "monitor killed"])
        {
            string[] limit = end == "--timeout" ? [end, "2s"] : [];
            string[] command = end == "by itself" ? ["sleep", "2"] : ["sleep", "1000"];
            _root.Detached(["--name", "web", "--net", "none", .. s_pidHost, .. limit], command);
            _root.Detached(["--name", "side", "--net", "container:web", .. theirs], "sh", "-c", "setsid sleep 1000 & echo $!; sleep 1000");
            string pid = _root.Inspect("side", ".State.Pid");
            string[] members = Family.InNamespaceOf(int.Parse(pid));
            End("web", end);
            Assert.Equal((end, "running", pid), (end, _root.Inspect("side", ".State.Status"), _root.Inspect("side", ".State.Pid")));
            Assert.All(members, member => Assert.True(Family.Lives(member), end));
            _root.Run("rm", "-f", "web", "side").Exits(0);
            Assert.All(members, member => Assert.True(Deadline.Wait(() => !Family.Lives(member)), end));
        }
    }

    private void End(string name, string end)
    {
        int Pid(string field) => int.Parse(_root.Inspect(name, ".State." + field));
        if (end is "by itself" or "--timeout") _root.Run("wait", name).Succeeds();
        else if (end == "first process killed")
        {
            Kernel.Signal(Pid("Pid"), Kernel.SIGKILL);
            _root.Run("wait", name).Succeeds();
        }
        else if (end == "monitor killed")
        {
            Kernel.Signal(Pid("ConmonPid"), Kernel.SIGKILL);
            _root.Run("rm", "-f", name).Exits(0);
        }
        else _root.Run([.. end.Split(' '), name]).Exits(0);
    }
}
