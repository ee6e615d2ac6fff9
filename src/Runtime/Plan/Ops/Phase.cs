namespace Minirun.Runtime.Plan.Ops;

/// <summary>The chapters of a plan, for people: what several operations are for together.</summary>
public enum Phase
{
    Limits,
    Namespaces,
    Program,
    Root,
    Mounts,
    Hiding,
    Terminal,
    Entering,
    Naming,
    Process,
    Rights,
    Command,
}
