namespace Minirun.Engine.Attach;

/// <summary>A container that runs, as those who are attached act on it.</summary>
internal interface IAttachTarget
{
    /// <summary>Somebody reads what is typed.</summary>
    bool HasInput { get; }

    /// <summary>Gives it something to read, as much as it takes now; null when it takes no more, and the rest is to be kept.</summary>
    int? Type(ReadOnlySpan<byte> bytes);

    /// <summary>There is no more input. False when it takes no more now, and has to be told later.</summary>
    bool EndInput();

    void Resize(ushort rows, ushort columns);
}
