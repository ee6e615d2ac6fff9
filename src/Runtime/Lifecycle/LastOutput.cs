namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// What a command has written before its end waits for whoever reads it, however slow that is. But a signal that was to end the command, and
/// --timeout, are to end us, too: then a reader that takes nothing for so long is waited for no more.
/// </summary>
public static class LastOutput
{
    /// <summary>In ms.</summary>
    public const int Patience = 2000;

    /// <summary>For poll(2).</summary>
    /// <param name="isAsked">There was such a signal, or the time is over.</param>
    public static int Wait(bool isAsked) => isAsked ? Patience : -1;
}
