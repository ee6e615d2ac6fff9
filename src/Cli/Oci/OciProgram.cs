using Minirun.Cli.CommandLine;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci;

/// <summary><c>minirun-oci</c>: the command line that podman, containerd, Docker and Kubernetes call, which is runc's.</summary>
internal static class OciProgram
{
    private const int UnknownVerb = 3;
    private static readonly string[] s_help = ["--help"];

    /// <summary>Gives the exit code: 0, 1, or that of the process of <c>run</c> and <c>exec</c>.</summary>
    public static int Execute(ReadOnlySpan<string> arguments)
    {
        var globals = new OciGlobals();
        var log = new OciLog(globals);
        globals.Warn = log.Warning;
        OciVerb? called = null;
        try
        {
            VerbArguments before = VerbArguments.ParseBefore(arguments, OciGlobalFlags.All, out int taken);
            // The log first: it takes what is wrong with the others.
            OciGlobalFlags.ApplyLog(before, globals);
            if (before.Has("version")) return OciVersion.Print();
            string? name = taken < arguments.Length ? arguments[taken] : null;
            if (before.WantsHelp || name is null) return OciHelp.Print();
            OciGlobalFlags.Apply(before, globals);
            if (globals.Debug) globals.Trace = log.Debug;
            OciVerb verb = OciVerbs.Find(name)
                ?? throw new UserError($"No help topic for '{name}'", $"`{OciName.Program} --help` lists the commands", UnknownVerb);
            ReadOnlySpan<string> rest = arguments[(taken + 1)..];
            // Of a verb that is refused anyway only the help is wanted.
            if (verb.TakesAnyFlag) rest = rest.ContainsAny("--help", "-h") ? s_help : default;
            VerbArguments words = VerbArguments.Parse(rest, verb, Dialect.Runc);
            if (words.WantsHelp) return OciHelp.Print(verb);
            Count(verb, words.Words.Count);
            called = verb;
            if (!verb.EndsContainers) log.Open();
            return verb.Execute(globals, words);
        }
        catch (UserError error)
        {
            log.Error(called?.Failed + error.Message, error.Hint);
            // Of a start that a signal has ended the status is the signal's.
            return error.ExitCode is UnknownVerb or > 128 ? error.ExitCode : called?.FailureCode ?? 1;
        }
        catch (Exception error)
        {
            string text = Output.Message.Has(error) ? DotNetError.Describe(error) : Output.Message.Fault(error);
            log.Error(called?.Failed + text,
                DotNetError.Number(error) is null ? null
                    : error is LinuxException kernel ? ResourceHints.For(kernel)
                    : ResourceHints.For(DotNetError.Number(error)!.Value));
            return called?.FailureCode ?? 1;
        }
    }

    private static void Count(OciVerb verb, int words)
    {
        string? wrong =
            verb.Minimum == verb.Maximum && words != verb.Minimum ? $"requires exactly {verb.Minimum} argument(s)"
            : words < verb.Minimum ? $"requires a minimum of {verb.Minimum} argument(s)"
            : verb.Maximum >= 0 && words > verb.Maximum ? $"requires a maximum of {verb.Maximum} argument(s)" : null;
        if (wrong is not null)
            throw new UserError($"{OciName.Program}: \"{verb.Name}\" {wrong}",
                $"usage: {OciName.Program} {verb.Name} [flags] {verb.Arguments}");
    }
}
