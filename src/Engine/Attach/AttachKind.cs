namespace Minirun.Engine.Attach;

/// <summary>What a message between a container's monitor and those who are attached is: its first byte.</summary>
public enum AttachKind : byte
{
    /// <summary>To the monitor: bytes for the container's standard input.</summary>
    Input = 0,

    /// <summary>From the monitor: bytes that the container wrote to its standard output.</summary>
    Output = 1,

    /// <summary>From the monitor: bytes that the container wrote to its standard error.</summary>
    Error = 2,

    /// <summary>From the monitor, the last: how the container ended (<see cref="AttachEnd"/>).</summary>
    Ended = 3,

    /// <summary>To the monitor: the size of the terminal (<see cref="AttachSize"/>).</summary>
    Resize = 4,

    /// <summary>To the monitor: there is no more input.</summary>
    EndOfInput = 5,

    /// <summary>From the monitor, the first: it is there.</summary>
    Welcome = 6,

    /// <summary>To the monitor: the container is to end when this connection does, as one in the foreground ends with minirun.</summary>
    Owns = 7,

    /// <summary>To the monitor: the container is to stay, whatever was said before.</summary>
    Leaves = 8,
}
