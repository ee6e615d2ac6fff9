namespace Minirun.Tar;

/// <summary>What an archive says of a file. Names stand for any bytes (<see cref="Linux.KernelText"/>).</summary>
public sealed record TarEntry
{
    public const char File = '0', HardLink = '1', SymbolicLink = '2', CharacterDevice = '3', BlockDevice = '4', Directory = '5', Fifo = '6',
        Contiguous = '7';

    public required string Name { get; init; }

    /// <summary>Where a link leads to.</summary>
    public string LinkName { get; init; } = "";

    /// <summary>As the format has it: '0' to '7', or a letter for words about the archive.</summary>
    public required char Type { get; init; }

    /// <summary>Permissions only: 07777.</summary>
    public int Mode { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }

    /// <summary>Of what follows in the archive.</summary>
    public long Size { get; init; }

    /// <summary>Of the last change: seconds since 1970, and nanoseconds.</summary>
    public long Seconds { get; init; }
    public uint Nanoseconds { get; init; }
    public uint Major { get; init; }
    public uint Minor { get; init; }
}
