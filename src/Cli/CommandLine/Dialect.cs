namespace Minirun.Cli.CommandLine;

/// <summary>How flags are written, and how mistakes are told.</summary>
internal enum Dialect
{
    /// <summary>--name v, --name=v, and letters that may stand together, the last with a value: -it, -e A=1, -eA=1, -e=1.</summary>
    Docker,

    /// <summary>The same; and one dash is enough for a long name, as Go's flag package has it: -bundle DIR.</summary>
    Runc,
}
