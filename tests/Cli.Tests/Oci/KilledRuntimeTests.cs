using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// Every process of ours can be killed at any call of create, start, exec and delete: the next <c>delete --force</c> leaves nothing, and
/// the next <c>create</c> of that id works.
/// </summary>
public sealed class KilledRuntimeTests : IDisposable
{
    // What an executed process leaves goes to the machine's first process, and the container ends when that one has taken note: on some
    // machines late.
    private const int Most = 100, Few = 20;

    private readonly string _cgroup = "minirun-oci-test-" + Guid.NewGuid().ToString("n");
    private readonly TemporaryDirectory _directory = new();
    private readonly OciBundle _bundle;

    public KilledRuntimeTests() => _bundle = new(config =>
    {
        if (Kernel.Uid == 0) config["linux"]!["cgroupsPath"] = "/" + _cgroup;
    }, "sleep", "1000");

    private string Log => _directory["trace"];

    public void Dispose()
    {
        _bundle.Dispose();
        _directory.Dispose();
        foreach (string left in Cgroups()) Directory.Delete(left);
    }

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void Nothing_is_left_of_a_create_that_was_killed() => Everywhere(point =>
    {
        Kill(point, "create", "--bundle", _bundle.Directory, _bundle.Id);
        _bundle.Make("create").Oci("delete", "--force", "ID").Succeeds();
    });

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void Nothing_is_left_of_a_start_that_was_killed() => Everywhere(point =>
    {
        _bundle.Make("create");
        Kill(point, "start", _bundle.Id);
    });

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void Nothing_is_left_of_an_exec_that_was_killed() => Everywhere(KillExec, atMost: Few);

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void An_exec_ends_when_its_first_child_is_killed_after_it_has_made_the_second() => KillExec(("exit_group", 1));

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void Nothing_is_left_of_a_delete_that_was_killed() => Everywhere(point =>
    {
        _bundle.Make("create", "start");
        Kill(point, "delete", "--force", _bundle.Id);
    });

    [Requires(Need.Strace | Need.UserNamespaces)]
    public void Nothing_is_left_of_a_container_whose_first_process_was_killed_at_its_start() => Everywhere(point =>
    {
        int pid = _bundle.Make("create").Pid;
        using RunningProgram strace = KillPoints.Attach(Log, point, pid);
        _bundle.Make([0, 1], "start");
        Clear(strace, pid);
    });

    /// <summary>Once without a kill, which says where one can come; then with each.</summary>
    private void Everywhere(Action<(string Call, int When)?> round, int atMost = Most)
    {
        if (!OciBundle.IsOurs) return;   // others leave cgroups behind
        round(null);
        int killed = 0;
        foreach ((string Call, int When) point in KillPoints.Of(KillPoints.Lines(Log), atMost).ToArray())
        {
            try
            {
                round(point);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"killed at {point.Call} {point.When}: {error.Message}", error);
            }
            // Of the call at which the last process was killed strace does not see the end.
            if (KillPoints.Lines(Log).Any(line => line.Contains("+++ killed by SIGKILL") || line.EndsWith("= ?", StringComparison.Ordinal)))
                killed++;
        }
        Assert.True(killed > 4, $"killed {killed} times");
        _bundle.Make("create", "start").Oci("delete", "--force", "ID").Succeeds();
    }

    private void KillExec((string Call, int When)? point)
    {
        _bundle.Make("create", "start");
        Kill(point, "exec", "--detach", _bundle.Id, "sleep", "1000");
    }

    private void Kill((string Call, int When)? point, params string[] verb)
    {
        int pid = File.Exists(Path.Combine(_bundle.Root, _bundle.Id, "state.json")) ? _bundle.Pid : 0;
        using RunningProgram strace = KillPoints.Start(Log, point, [OciBundle.Program, "--root", _bundle.Root, .. verb]);
        KillPoints.AwaitFirst(strace, Log);
        Clear(strace, pid);
    }

    /// <summary>
    /// What is to be true after the next <c>delete --force</c>. strace ends with the last process that it has seen, and our pipe with the
    /// last that holds it.
    /// </summary>
    private void Clear(RunningProgram strace, int pid)
    {
        _bundle.Oci("delete", "--force", "ID").Succeeds();
        strace.Result();
        Assert.True(pid == 0 || !Kernel.IsAlive(pid), "its first process is there");
        Assert.Empty(Cgroups());
        if (Directory.Exists(_bundle.Root)) Assert.Empty(Directory.EnumerateFileSystemEntries(_bundle.Root));
        Assert.DoesNotContain(_bundle.Directory, File.ReadAllText("/proc/self/mountinfo"));
    }

    private string[] Cgroups() => [
        .. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup"))
            .Select(line => Path.Combine(line.Split(' ')[4], _cgroup)).Where(Directory.Exists)];
}
