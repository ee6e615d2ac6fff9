using Minirun.Cli.Oci.Verbs;

namespace Minirun.Cli.Oci;

/// <summary>The table of minirun-oci's verbs, in the order of its help. Only the one that is called is made.</summary>
internal static class OciVerbs
{
    public static readonly (string Name, Func<OciVerb> Make)[] All =
    [
        ("create", CreateVerb.Create),
        ("start", StartVerb.Verb),
        ("run", CreateVerb.Run),
        ("exec", ExecVerb.Verb),
        ("state", StateVerb.Verb),
        ("list", ListVerb.Verb),
        ("ps", PsVerb.Verb),
        ("kill", KillVerb.Verb),
        ("delete", DeleteVerb.Verb),
        ("pause", PauseVerb.Pause),
        ("resume", PauseVerb.Resume),
        ("update", UpdateVerb.Verb),
        ("events", EventsVerb.Verb),
        ("spec", SpecVerb.Verb),
        ("features", FeaturesVerb.Verb),
        ("checkpoint", CheckpointVerb.Checkpoint),
        ("restore", CheckpointVerb.Restore),
        ("version", OciVersion.Verb),
        ("help", HelpVerb.Verb),
    ];

    /// <summary>Null when there is none.</summary>
    public static OciVerb? Find(string name)
    {
        foreach (var (each, make) in All)
            if (each == name || (each == "help" && name == "h")) return make() with { Name = each };
        return null;
    }
}
