namespace Minirun.Cli.Tests.Support;

/// <summary>One line of mountinfo (proc_pid_mountinfo(5)).</summary>
internal sealed record Mount(string Root, string Target, string[] Options, string[] Optional, string Type, string Source, string[] Super)
{
    /// <summary>The mounts of a container started with these options.</summary>
    public static List<Mount> Inside(params string[] options) =>
        [.. Container.Run(options, "/probe", "mounts").Succeeds().Lines.Select(Parse)];

    public static Mount Parse(string line)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        return new(fields[3], fields[4], fields[5].Split(','), fields[6..dash], fields[dash + 1], fields[dash + 2],
            fields[dash + 3].Split(','));
    }
}
