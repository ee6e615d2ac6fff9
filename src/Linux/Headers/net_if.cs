using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions of &lt;net/if.h&gt;.</summary>
public static partial class net_if
{
    /// <summary>The number of a network interface; 0 when there is none of that name.</summary>
    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial uint if_nametoindex(string name);
}
