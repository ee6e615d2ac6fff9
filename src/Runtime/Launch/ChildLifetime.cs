using Minirun.Linux;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// A program of ours that has something of our caller's ends when we end, however that is: who waits for the end of our output waits for
/// all who hold it.
/// </summary>
internal static class ChildLifetime
{
    /// <summary>
    /// As fork-news does it (src/Init/Lifetime.cs): by the kernel's signal, and then by a look whether we had died before it was asked
    /// for. The thread that starts the program must live as long as we do. A change of user takes this away (prctl(2)): it is to be added
    /// after that.
    /// </summary>
    /// <param name="script">The child's.</param>
    /// <param name="ours">Our end of the report socket, of which the child has a copy.</param>
    /// <param name="theirs">Its end, on which nothing is sent before it has executed or failed.</param>
    public static void EndWithUs(ScriptWriter script, int ours, int theirs)
    {
        script.Add(0, SYS_close, ours);
        script.Add(0, SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, signal.SIGKILL);
        ref RawCall look = ref script.Add(0, SYS_recvfrom, theirs, script.Bytes(new byte[1]), 1, sys_socket.MSG_DONTWAIT);
        // Alive we have said nothing (EAGAIN); our end is the end of what there is to be read.
        look.MayFail = look.NeedsData = look.EndsAtOnce = true;
    }
}
