using Minirun.Cli.Oci.Verbs;

namespace Minirun.Cli.Oci;

/// <summary>All verbs. Only the one that is called is made.</summary>
internal static class OciVerbs
{
    public static readonly string[] Names = ["create", "start", "run", "exec", "state", "list", "ps", "kill", "delete", "pause", "resume",
        "update", "events", "spec", "features", "checkpoint", "restore", "version", "help"];

    public static OciVerb? Find(string name) => name switch
    {
        "create" => CreateVerb.Create,
        "start" => StartVerb.Verb,
        "run" => CreateVerb.Run,
        "exec" => ExecVerb.Verb,
        "state" => StateVerb.Verb,
        "list" => ListVerb.Verb,
        "ps" => PsVerb.Verb,
        "kill" => KillVerb.Verb,
        "delete" => DeleteVerb.Verb,
        "pause" => PauseVerb.Pause,
        "resume" => PauseVerb.Resume,
        "update" => UpdateVerb.Verb,
        "events" => EventsVerb.Verb,
        "spec" => SpecVerb.Verb,
        "features" => FeaturesVerb.Verb,
        "checkpoint" => CheckpointVerb.Checkpoint,
        "restore" => CheckpointVerb.Restore,
        "version" => new("version", "", "print the version", [], (_, _) => OciVersion.Print()) { Minimum = 0, Maximum = 0 },
        "help" or "h" => HelpVerb.Verb,
        _ => null,
    };
}
