namespace Minirun.Runtime.Lifecycle;

/// <summary>The flags of <c>minirun-oci create</c> and <c>run</c>.</summary>
public sealed class CreateOptions
{
    public required string Id { get; init; }

    /// <summary>The directory that relative paths of the configuration start from.</summary>
    public string Bundle { get; set; } = ".";

    /// <summary>The configuration's file; null: config.json of the bundle.</summary>
    public string? Config { get; set; }
    public string? PidFile { get; set; }
    public string? ConsoleSocket { get; set; }
    public string? PidfdSocket { get; set; }

    /// <summary>Descriptors from 3 on that the process gets.</summary>
    public int PreserveFds { get; set; }
    public bool NoPivot { get; set; }
    public bool NoNewKeyring { get; set; }

    /// <summary>run only: the state stays after the end.</summary>
    public bool Keep { get; set; }

    /// <summary>run only.</summary>
    public bool Detach { get; set; }
}
