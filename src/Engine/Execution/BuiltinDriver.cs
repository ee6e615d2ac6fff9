using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;
using RuntimeContainer = Minirun.Runtime.State.Container;

namespace Minirun.Engine.Execution;

/// <summary>Our own runtime, minirun-oci. What it knows of a container is read here, without its program.</summary>
internal sealed class BuiltinDriver(string name, RuntimeProgram program) : OciDriver(name, program)
{
    private const int OwnFailure = 255;

    /// <summary>What it says of a failure goes to its log: all else is of the command.</summary>
    public override int Exec(string id, ExecRequest request)
    {
        using Fd log = Fd.InMemory("minirun-engine");
        using ChildProgram child = Program.StartExec(id, request, endsWithUs: true, ["--quiet", .. RuntimeProgram.LogTo(log)]);
        int status = ExecFollower.Wait(child, streams: null, request.Detach);
        if (status == 0 || RuntimeMessage.Find(RuntimeProgram.Read(log)) is not { } message) return status;
        UserError error = Failure(message, isCommand: true);
        throw status is > 128 and < OwnFailure ? error.As(error.Message, status) : error;
    }

    public override ContainerInfo? Info(string id, bool proven)
    {
        if (Load(id) is { } container && (!proven || container is { IsAlive: true, Doubt: null }))
            return container.Status() is var status && status is ContainerStatus.Stopped or ContainerStatus.Creating
                ? new(RuntimeContainer.Word(status), 0, 0)
                : new(RuntimeContainer.Word(status), container.Record.Pid, container.Record.StartTime);
        return proven ? Noted(id) : null;
    }

    public override List<int> Pids(string id) => Load(id) is { } container ? ContainerProcesses.Of(container) : [];

    /// <summary>It knows by itself how /sys is bound.</summary>
    protected override string BundleFor(string bundle) => bundle;

    protected override Cgroup? CgroupOf(string id, int pid) => Load(id)?.Cgroup;

    /// <summary>Which program and verb failed, which nobody called here, is left out.</summary>
    protected override string TextOf(RuntimeMessage message)
    {
        const string failed = " failed: ";
        return message.Text.IndexOf(failed, StringComparison.Ordinal) is > 0 and var at
            ? message.Text[(at + failed.Length)..]
            : message.Text;
    }

    protected override UserError Silent() => new("the runtime: it failed without a word", "was it killed? `dmesg` may tell by whom");

    /// <summary>Null when there is none, or its state cannot be read.</summary>
    private RuntimeContainer? Load(string id)
    {
        try
        {
            return RuntimeContainer.Load(new StateStore(Program.Root), id);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }

    /// <summary>Its state may be lost: a note beside it has its first process, too.</summary>
    private ContainerInfo? Noted(string id)
    {
        try
        {
            if (new StateStore(Program.Root).Find(id) is not { } directory || directory.ReadInit() is not { } first) return null;
            var kept = new RuntimeContainer(directory, new ContainerRecord { Id = id, Pid = first.Pid, StartTime = first.StartTime });
            if (!kept.IsAlive || kept.Doubt is not null) return null;
            return new(directory.InitWaits() ? OciState.Created : OciState.Running, first.Pid, first.StartTime);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }
}
