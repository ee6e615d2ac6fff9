using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>A program beside the container moves its packets, as the user: pasta or slirp4netns.</summary>
/// <param name="name">The program's, and the mode's.</param>
/// <param name="package">Debian's that has it.</param>
/// <param name="other">The mode that does the same in another way.</param>
internal abstract class HelperMode(string name, string package, string other) : INetworkMode
{
    public string Name => name;
    public bool IsOwn => true;
    public bool CanPublish => true;
    public bool CanChooseAddress => false;

    public void Require() => Require(publishes: false);

    /// <param name="publishes">It is to publish ports, which not all of the other modes can.</param>
    public void Require(bool publishes)
    {
        if (MissingProgram() is var (program, install))
            throw new UserError($"--net {name}: {program}", $"{install}, or take --net {other}");
        if (Tun.Missing() is var (why, mend))
            throw new UserError($"--net {name}: {why}", mend + (publishes ? "" : "; or take --net none or --net host"));
    }

    /// <summary>What is to be installed; null: nothing.</summary>
    public (string Why, string Mend)? MissingProgram() =>
        HelperProgram.Find(name) is null ? ($"{name} not found in PATH", $"install the package {package}") : null;

    public void Prepare(NetworkContext context)
    {
        // It comes when the namespace is there.
    }

    public void Connect(NetworkContext context, int pid)
    {
        Require();
        context.Record.Ports = PortOwners.Take(context, FreePort.Resolve);
        // A user's is opened by its process, in whose user namespace the helper is root.
        if (unistd.geteuid() == 0) HeldNamespace.Hold(context, pid);
        context.Save();
        Start(context, HelperProgram.Find(name)!, Title(context), $"/proc/{PortMapping.Number(pid)}/ns/");
        context.Save();
    }

    /// <summary>Comes back when packets move. Its record has the helper's pid then.</summary>
    /// <param name="path">The program.</param>
    /// <param name="title">Its argv[0].</param>
    /// <param name="namespaces">The directory of the namespaces of the container's first process.</param>
    protected abstract void Start(NetworkContext context, string path, string title, string namespaces);

    public virtual void Disconnect(NetworkContext context)
    {
        if (context.Record.HelperPid > 0) HelperProgram.End(context.Record.HelperPid, context.Record.HelperStart);
        // Its monitor was killed before it knew which one it was.
        else
            foreach (int pid in HelperProgram.Titled(Title(context))) HelperProgram.End(pid, ProcessIdentity.StartTime(pid));
    }

    public abstract IReadOnlyList<string>? Nameservers(NetworkContext context);

    /// <param name="hint">What to do about it; null: another mode.</param>
    protected UserError Failure(string reason, string? hint = null) =>
        new($"--net {name}: {reason}", hint ?? $"with --net {other}, another program does it; with --net none, nobody");

    /// <summary>Tells whose helper it is: in ps, and after a crash. Only its last part means something to it.</summary>
    private string Title(NetworkContext context) => $"{context.Directory}/{name}";
}
