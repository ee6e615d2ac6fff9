using System.Text.Json;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>Another OCI runtime: crun, runc, or what a path names. What it knows it is asked for.</summary>
internal sealed class ForeignDriver(string name, RuntimeProgram program) : OciDriver(name, program)
{
    /// <summary>It says of a failure itself what there is to say, on stderr.</summary>
    public override int Exec(string id, ExecRequest request)
    {
        // It would give our caller's to the command, and to its user (chown).
        int ours = 0;
        for (int fd = 0; fd < request.Descriptors.Length; fd++) ours |= request.Descriptors[fd] == fd ? 1 << fd : 0;
        using StreamRelay? streams = request.Tty || request.Detach || ours == 0 ? null : StreamRelay.Of(ours);
        int[] theirs = streams is null
            ? request.Descriptors
            : [.. request.Descriptors.Select((fd, at) => streams.Theirs[at] is >= 0 and var pipe ? pipe : fd)];
        using ChildProgram child = Program.StartExec(id, request with { Descriptors = theirs }, endsWithUs: true);
        streams?.HandedOver();
        return ExecFollower.Wait(child, streams, request.Detach);
    }

    /// <summary>It says no start time: what lives now is looked at by whoever asks.</summary>
    public override ContainerInfo? Info(string id, bool proven)
    {
        if (!Program.Knows(id) || !Program.Try(["state", id], out string said)) return null;
        try
        {
            using var document = JsonDocument.Parse(said);
            JsonElement answer = document.RootElement;
            if (!answer.TryGetProperty("status", out var word) || word.GetString() is not { } status) return null;
            int pid = answer.TryGetProperty("pid", out var number) && number.TryGetInt32(out int told) ? told : 0;
            ulong started = pid > 0 ? ProcessIdentity.StartTime(pid) : 0;
            return started > 0 ? new(status, pid, started) : new(OciState.Stopped, 0, 0);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public override List<int> Pids(string id)
    {
        List<int> pids = [];
        if (Program.Try(["ps", "--format", "json", id], out string said))
            foreach (string number in said.Trim().Trim('[', ']').Split(','))
                if (int.TryParse(number, out int pid)) pids.Add(pid);
        return pids;
    }

    protected override string BundleFor(string bundle) => DividedBundle.Make(bundle);

    protected override Cgroup? CgroupOf(string id, int pid) => ProcessCgroup.Find(pid, id);

    protected override string TextOf(RuntimeMessage message) => $"{Name}: {message.Text}";

    protected override UserError Silent() => new($"--runtime {Name}: it failed without a word",
        "is it an OCI runtime? builtin, crun and runc are; a path may name another");
}
