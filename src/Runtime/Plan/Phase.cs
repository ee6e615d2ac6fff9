namespace Minirun.Runtime.Plan;

/// <summary>The chapters of a plan, for people: what several operations are for together.</summary>
public enum Phase
{
    /// <summary>Not one operation says this of itself: <see cref="Phases"/> knows it by what is done.</summary>
    None,
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
