using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>struct rusage of &lt;sys/resource.h&gt;, with the member that is used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct rusage
{
    /// <summary>KiB.</summary>
    [FieldOffset(32)] public long ru_maxrss;
}
