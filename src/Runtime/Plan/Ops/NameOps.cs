using Minirun.Plan;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

// What the new namespaces are called, and what is up in them.

public sealed class HostnameOp() : Operation(OpCode.Hostname, Phase.Naming)
{
    public required string Hostname { get; init; }

    public override string Call => $"sethostname({Quote(Hostname)})";

    public override string Doing => $"set the host name to {Hostname}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Hostname);
}

public sealed class DomainnameOp() : Operation(OpCode.Domainname, Phase.Naming)
{
    public required string Domainname { get; init; }

    public override string Call => $"setdomainname({Quote(Domainname)})";

    public override string Doing => $"set the domain name to {Domainname}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Domainname);
}

/// <summary>NOTIFY_SOCKET of the container.</summary>
public sealed class NotifyOp() : Operation(OpCode.Notify, Phase.Naming)
{
    public required string Socket { get; init; }

    /// <summary>The socket of whoever started minirun, which hears what is said.</summary>
    public required string PassedTo { get; init; }

    public override string Call => $"socket(AF_UNIX, SOCK_DGRAM); bind({Socket}); sendmsg(→ minirun, SCM_RIGHTS)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Socket);
}

/// <summary>lo is brought up.</summary>
public sealed class LoopbackOp() : Operation(OpCode.Loopback, Phase.Naming)
{
    public override string Call => "ioctl(SIOCSIFFLAGS, lo, IFF_UP)";
}
