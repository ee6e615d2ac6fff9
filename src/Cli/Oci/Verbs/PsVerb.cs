using System.Diagnostics;
using System.Globalization;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;
using Win32Exception = System.ComponentModel.Win32Exception;

namespace Minirun.Cli.Oci.Verbs;

/// <summary>
/// <c>ps ID [ps arguments]</c>: the host's ps(1), and of its lines those of the container's processes. Nothing of the container is
/// executed.
/// </summary>
internal static class PsVerb
{
    public static OciVerb Verb() => new("ID [PS ARGUMENTS]", "list the processes of a container",
        [new("format", 'f', "FORMAT", "table (default) or json: an array of pids")], Execute)
    {
        Maximum = -1,
        FlagsAfterWords = false,
        Notes = "The arguments after the id are those of ps(1); without any: -ef.",
    };

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        string id = arguments.Words[0];
        List<string> words = arguments.Words[1..];
        string format = TakeFormat(words) ?? arguments.Text("format") ?? "table";
        List<int> pids = ContainerProcesses.Of(Container.Load(new StateStore(globals.Root), id));
        if (format == "json") TextOutput.Text("[" + string.Join(',', pids) + "]");
        else if (format is "table" or "") TextOutput.Text(SafeText.Lines(Filter(HostPs(words), pids)));
        else throw new UserError("invalid format option", "table or json");
        return 0;
    }

    /// <summary>Flags end at the id, but to say the format behind it is an easy slip, and no ps(1) has such a flag in two words.</summary>
    private static string? TakeFormat(List<string> words)
    {
        if (words is ["--", ..]) words.RemoveAt(0);
        if (words is not ["--format", var format]) return null;
        words.Clear();
        return format;
    }

    private static string HostPs(List<string> arguments)
    {
        // None of the three is our caller's: it may have to wait in the kernel when we are gone.
        var start = new ProcessStartInfo("ps")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments.Count > 0 ? arguments : ["-ef"]) start.ArgumentList.Add(argument);
        try
        {
            using Process ps = Process.Start(start)!;
            Task<string> errors = ps.StandardError.ReadToEndAsync();
            string output = ps.StandardOutput.ReadToEnd();
            ps.WaitForExit();
            return ps.ExitCode == 0 ? output : throw UserError.AsRunc($"exit status {ps.ExitCode}: {errors.Result.Trim()}");
        }
        catch (Win32Exception)
        {
            throw new UserError("exec: \"ps\": executable file not found in $PATH", "--format json needs no ps");
        }
    }

    private static string Filter(string output, List<int> pids)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int column = lines.Length == 0 ? -1 : Array.IndexOf(Fields(lines[0]), "PID");
        if (column < 0) throw new UserError("couldn't find PID field in ps output", "leave the column PID in");
        IEnumerable<string> ours = lines.Skip(1).Where(line => Fields(line) is var fields && fields.Length > column
            && int.TryParse(fields[column], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pids.Contains(pid));
        return string.Concat(ours.Prepend(lines[0]).Select(line => line + "\n"));
    }

    private static string[] Fields(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
