using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>&lt;sys/utsname.h&gt;: uname(2).</summary>
public static unsafe partial class sys_utsname
{
    /// <summary>The kernel's release, such as 6.1.0-18-amd64. Needs no /proc.</summary>
    public static string Release
    {
        get
        {
            utsname name;
            return uname(&name) < 0 ? "unknown" : Marshal.PtrToStringUTF8((nint)name.release)!;
        }
    }

    [LibraryImport("libc", SetLastError = true)] private static partial int uname(utsname* name);
}

/// <summary>struct utsname of &lt;sys/utsname.h&gt;.</summary>
public unsafe struct utsname
{
    public fixed byte sysname[65];
    public fixed byte nodename[65];
    public fixed byte release[65];
    public fixed byte version[65];
    public fixed byte machine[65];
    public fixed byte domainname[65];
}
