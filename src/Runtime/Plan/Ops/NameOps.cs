using Minirun.Plan;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

// What the new namespaces are called, and what is up in them.

public sealed class HostnameOp : Operation
{
    public required string Hostname { get; init; }

    public override OpCode Code => OpCode.Hostname;

    public override Phase Phase => Phase.Naming;

    public override string Call => $"sethostname({Quote(Hostname)})";

    public override string Doing => $"set the host name to {Hostname}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Hostname);
}

public sealed class DomainnameOp : Operation
{
    public required string Domainname { get; init; }

    public override OpCode Code => OpCode.Domainname;

    public override Phase Phase => Phase.Naming;

    public override string Call => $"setdomainname({Quote(Domainname)})";

    public override string Doing => $"set the domain name to {Domainname}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Domainname);
}

/// <summary>NOTIFY_SOCKET of the container.</summary>
public sealed class NotifyOp : Operation
{
    public required string Socket { get; init; }

    public override OpCode Code => OpCode.Notify;

    public override Phase Phase => Phase.Naming;

    public override string Call => $"socket(AF_UNIX, SOCK_DGRAM); bind({Socket}); sendmsg(→ minirun, SCM_RIGHTS)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Text.Text = blob.AddText(Socket);
}

/// <summary>lo is brought up.</summary>
public sealed class LoopbackOp : Operation
{
    public override OpCode Code => OpCode.Loopback;

    public override Phase Phase => Phase.Naming;

    public override string Call => "ioctl(SIOCSIFFLAGS, lo, IFF_UP)";
}
