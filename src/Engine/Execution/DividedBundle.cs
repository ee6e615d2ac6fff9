using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>
/// The bundle that another runtime gets in the place of the container's, where that shows the host's /sys: without the control groups that
/// are mounted in it. It is made anew for each start, as /sys has other directories after a start of the machine.
/// </summary>
internal static class DividedBundle
{
    private const string Directory = "runtime";

    /// <summary>Gives the directory of config.json.</summary>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public static string Make(string bundle)
    {
        OciSpec oci = Bundle.Read(bundle);
        if (!SysTree.Divide(oci, new Host())) return bundle;
        string divided = $"{bundle}/{Directory}";
        // An earlier start may have made it.
        if (sys_stat.mkdir(divided, 0x1c9 /* 0711 */) < 0 && Marshal.GetLastPInvokeError() is not Errno.EEXIST and var errno)
            throw new LinuxException("mkdir", errno, divided);
        AtomicFile.Write($"{divided}/{Bundle.ConfigName}", oci.ToBytes());
        return divided;
    }
}
