using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Plan;

/// <summary>The phases for people; which one an operation belongs to is said by its class.</summary>
public static class Phases
{
    /// <summary>Name, and in a sentence what the phase is for.</summary>
    public static (string Name, string Meaning) Describe(Phase phase) => phase switch
    {
        Phase.Limits => ("limits", "a cgroup holds the limits of the whole container"),
        Phase.Namespaces => ("namespaces", "a child with its own view of users, processes, mounts and names"),
        Phase.Program => ("program", "the child becomes fork-news, which works from inside"),
        Phase.Root => ("root", "mounts are cut off from the host's, the root is made ready"),
        Phase.Mounts => ("mounts", "/proc, /sys, devices and volumes are put into the root"),
        Phase.Hiding => ("hiding", "what shows or steers the whole machine is hidden or read-only"),
        Phase.Terminal => ("terminal", "the container gets a terminal of its own"),
        Phase.Entering => ("entering", "the root becomes /, the host's files are out of reach"),
        Phase.Naming => ("naming", "host name, network and clocks of the new namespaces are set"),
        Phase.Process => ("process", "limits, priorities and other properties of the process are set"),
        Phase.Rights => ("rights", "user, capabilities, system calls are cut to what is needed"),
        Phase.Command => ("command", "the command takes the place of fork-news"),
        _ => throw new InvalidOperationException($"no phase {phase}"),
    };
}
