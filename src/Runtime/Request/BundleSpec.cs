using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>From the document of a bundle to what a plan is made from. Nothing is added that the document does not ask for.</summary>
public static class BundleSpec
{
    /// <summary>
    /// The annotation of <c>minirun run -d</c> with what must be had in full, perhaps nothing: all else may be second best.
    /// </summary>
    internal const string Require = "minirun.require";

    private const int CAP_SETUID = 7, CAP_SETGID = 6;

    /// <exception cref="UserError">The document asks for what cannot be had.</exception>
    public static ContainerSpec From(OciSpec oci, string bundle, Host host, BundleOptions options)
    {
        oci.Root.Path = Root(oci, bundle, host);
        ProcessEnvironment.Complete(oci.Process, oci.Root.Path, oci.Mounts, host);
        ulong created = 0;
        var joined = new List<JoinedNamespace>();
        foreach (OciNamespace wanted in oci.Linux.Namespaces)
        {
            ulong flag = NamespaceSet.Find(wanted.Type);
            if (wanted.Path is { Length: > 0 } path) joined.Add(new JoinedNamespace(flag, path));
            else created |= flag;
        }
        // A cgroup namespace shows the cgroup that its maker is in as "/"; a time namespace gets its offsets before anybody is in it.
        ulong later = created & (sched.CLONE_NEWTIME | (options.HasCgroup ? sched.CLONE_NEWCGROUP : 0));
        string[]? require = oci.Annotations?.GetValueOrDefault(Require)?.Split(',');
        bool newUser = (created & sched.CLONE_NEWUSER) != 0;
        return new ContainerSpec
        {
            Oci = oci,
            Policy = Policy.Bundle,
            Bundle = bundle,
            Namespaces = created & ~later,
            Unshared = later,
            Joined = joined,
            WantsCgroup = options.HasCgroup,
            MapWith = newUser ? MapTools(oci, host) : null,
            DeniesSetgroups = newUser && !Privileged(host) && MapTools(oci, host) is null,
            MapReason = "as the document says",
            Seccomp = Security.Seccomp.SeccompCompiler.Of(oci.Linux.Seccomp),
            PreserveFds = options.PreserveFds,
            // Of `minirun run -d`, whose bundle we write ourselves.
            Init = Annotated(oci, "minirun.init"),
            Ephemeral = Annotated(oci, "minirun.ephemeral"),
            Require = require ?? [],
            KeepsProcessors = require is not null,
            ProcFallsBack = require is not null && !require.Contains("procfs"),
            NoPivot = options.NoPivot,
            NoNewKeyring = options.NoNewKeyring,
            AsksForHooks = oci.Hooks is { } hooks && (hooks.Prestart is { Count: > 0 } || hooks.CreateRuntime is { Count: > 0 }),
            OwnsPipes = !options.IsForeground,
            Relayed = StandardStream.Relayed(host, oci.Process, oci.Linux, options.IsForeground),
        };
    }

    /// <summary>Whether the document is of <c>minirun run -d</c>.</summary>
    public static bool IsOwn(OciSpec oci) => oci.Annotations?.ContainsKey(Require) == true;

    private static bool Annotated(OciSpec oci, string name) => oci.Annotations?.GetValueOrDefault(name) == "true";

    private static string Root(OciSpec oci, string bundle, Host host)
    {
        string path = Path.GetFullPath(oci.Root.Path, bundle);
        if (host.FileType(path) != sys_stat.S_IFDIR)
            throw new UserError($"root.path: {path}: no such directory", "it is relative to the bundle");
        return path;
    }

    private static bool Privileged(Host host) => (host.Capabilities >> CAP_SETUID & host.Capabilities >> CAP_SETGID & 1) != 0;

    /// <summary>Who is not privileged may map its own id alone; newuidmap maps more.</summary>
    private static SubordinateIds? MapTools(OciSpec oci, Host host)
    {
        if (Privileged(host) || (IsOwn(oci.Linux.UidMappings, host.Uid) && IsOwn(oci.Linux.GidMappings, host.Gid))) return null;
        return host.SubordinateIds
            ?? throw new UserError(
                "linux.uidMappings: more than one's own id needs newuidmap and newgidmap, and ranges in /etc/subuid and /etc/subgid",
                "`minirun doctor` says which of them is missing");
    }

    private static bool IsOwn(List<OciIdMapping>? maps, uint id) => maps is [{ Size: 1 } only] && only.HostID == id;
}
