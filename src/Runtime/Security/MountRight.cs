using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security;

/// <summary>
/// Whether a process may come to mount file systems: with CAP_SYS_ADMIN, or with a filter of system calls that lets it make a user
/// namespace, in which everybody has that capability (user_namespaces(7)). A mount namespace it can make itself then.
/// </summary>
public static class MountRight
{
    private const string Needed = "CAP_SYS_ADMIN";

    public static bool Has(OciProcess process, OciSeccomp? filter) => GivesCapability(process) || !ClosesNamespaces(filter);

    /// <summary>A document without a list of capabilities is taken as if it gave all of them.</summary>
    public static bool GivesCapability(OciProcess process) =>
        process.Capabilities is not { } lists || lists.Bounding.Contains(Needed) || lists.Effective.Contains(Needed)
        || lists.Permitted.Contains(Needed) || lists.Inheritable.Contains(Needed) || lists.Ambient.Contains(Needed);

    /// <summary>
    /// Whether a filter refuses each of the three calls that make a user namespace. A rule for clone(2) that looks at its flags is taken
    /// to keep them out: a filter lets threads be made, and looks for no other reason.
    /// </summary>
    private static bool ClosesNamespaces(OciSeccomp? filter)
    {
        if (filter is null || !Refuses(filter.DefaultAction)) return false;
        foreach (OciSyscall rule in filter.Syscalls)
            if (!Refuses(rule.Action)
                && rule.Names.Exists(name => name is "unshare" or "clone3" || (name == "clone" && rule.Args.Count == 0)))
                return false;
        return true;
    }

    private static bool Refuses(string action) =>
        action is "SCMP_ACT_ERRNO" or "SCMP_ACT_KILL" or "SCMP_ACT_KILL_PROCESS" or "SCMP_ACT_KILL_THREAD" or "SCMP_ACT_TRAP";
}
