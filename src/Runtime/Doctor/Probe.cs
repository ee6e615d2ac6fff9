namespace Minirun.Runtime.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What a user calls it, with dashes.</param>
/// <param name="Needed">Whether <c>minirun run</c> needs it; else it only improves what a container can have.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Fix">The line that mends it; null when nothing is to be mended, or nothing can be.</param>
public sealed record Probe(string Name, bool Needed, ProbeState State, string Detail, string? Fix = null)
{
    internal static Probe Ok(string name, bool needed, string detail) => new(name, needed, ProbeState.Ok, detail);

    /// <summary>The probe of something that was tried.</summary>
    internal static Probe Of(string name, bool needed, Outcome outcome, string ok, string fix) =>
        outcome.IsOk ? Ok(name, needed, ok) : Missing(name, needed, outcome, fix);

    internal static Probe Missing(string name, bool needed, Outcome outcome, string fix) =>
        outcome.NoNamespaces
            ? new(name, needed, ProbeState.Missing, "cannot be tried: the namespaces for it are refused",
                "mend user-namespaces and namespaces first")
            : new(name, needed, ProbeState.Missing, outcome.ToString(), fix);
}
