using Minirun.Cli.Verbs.Container;
using Minirun.Cli.Verbs.Machine;

namespace Minirun.Cli.Verbs;

/// <summary>Verbs with a file each.</summary>
internal static class MoreVerbs
{
    public static EngineVerb[] All() =>
        [PruneVerb.Verb, StatsVerb.Verb, EventsVerb.Verb, CpVerb.Verb, UpdateVerb.Verb, WhyVerb.Verb, DiffVerb.Verb, GenerateVerb.Verb];
}
