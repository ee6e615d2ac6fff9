using System.Runtime.InteropServices;

namespace Minirun.Plan;

/// <summary>
/// What the memfd of a plan holds until there is one, for a process in a user namespace that exists: this, then <see cref="StepCount"/>
/// times a <see cref="JoiningStep"/>, then their paths.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct JoiningPlan
{
    public const int NoId = -1;

    /// <summary>Of all of it, in bytes.</summary>
    public int Length;

    public int StepCount;
    public int ReportFd;

    /// <summary>
    /// Who we become inside, where the parent's id does not exist; <see cref="NoId"/>: nobody else. It may fail: there may be no such id.
    /// </summary>
    public int Uid;
    public int Gid;

    /// <summary>Whether there is an OOM score to set; it must be set while we can be dumped, and is inherited.</summary>
    public int HasOomScore;
    public int OomScore;

    /// <summary>The answer: the process that is in the namespaces, as the parent sees it.</summary>
    public int Pid;
}
