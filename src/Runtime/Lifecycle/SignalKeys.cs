using Minirun.Linux;
using static Minirun.Linux.termios_;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Which keys of a terminal send a signal to its foreground group, by its settings now (termios(3), ISIG).</summary>
public readonly struct SignalKeys
{
    private readonly bool _send;
    private readonly byte _interrupt, _quit;

    /// <param name="master">The terminal's master.</param>
    public unsafe SignalKeys(int master)
    {
        termios settings;
        if (ioctl(master, TCGETS, &settings) != 0 || (settings.c_lflag & ISIG) == 0) return;
        (_send, _interrupt, _quit) = (true, settings.c_cc[VINTR], settings.c_cc[VQUIT]);
    }

    /// <summary>The signal that the last key of one sends; 0 for none.</summary>
    public int Signal(ReadOnlySpan<byte> typed)
    {
        int number = 0;
        foreach (byte key in _send ? typed : [])
            if (key == _interrupt) number = signal.SIGINT;
            else if (key == _quit) number = signal.SIGQUIT;
        return number;
    }

    /// <summary>The process group that the keys signal, by our own pid namespace; -1 when there is none.</summary>
    public static unsafe int ForegroundGroup(int master)
    {
        int group;
        return ioctl(master, TIOCGPGRP, &group) == 0 ? group : -1;
    }
}
