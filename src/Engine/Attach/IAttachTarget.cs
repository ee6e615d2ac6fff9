namespace Minirun.Engine.Attach;

/// <summary>A container that runs, as those who are attached act on it.</summary>
internal interface IAttachTarget
{
    /// <summary>Somebody reads what is typed.</summary>
    bool HasInput { get; }

    /// <summary>Its input and output are one terminal.</summary>
    bool IsTerminal { get; }

    /// <summary>Gives it something to read, as much as it takes now; null when it takes no more, and the rest is to be kept.</summary>
    int? Type(ReadOnlySpan<byte> bytes);

    /// <summary>There is no more input.</summary>
    void EndInput();

    void Resize(ushort rows, ushort columns);
}
