using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Networks;

/// <summary>
/// The user namespace of a container that has the network of another. A network belongs to the user namespace that it was made in, and
/// only who is in there has powers over it, such as a port below 1024. So that one is shared, unless --userns asked for other ids: then
/// root enters the network first and makes a user namespace of the container's own after it, which nobody else may.
/// </summary>
internal static class SharedUserNamespace
{
    /// <summary>What the other has; null: no user namespace of its own. That of the host is never shared unasked.</summary>
    public static IdMaps? IdsOf(EngineContainer peer) => IdMaps.From(Bundle.Read(peer.Directory));

    /// <summary>Decides for a document that has what was asked for.</summary>
    /// <exception cref="UserError">It asks for other ids, and only root may have them.</exception>
    /// <param name="isOurs">Our own runtime makes the container.</param>
    public static void Choose(OciSpec oci, EngineContainer peer, string link, bool isOurs)
    {
        OciSpec other = Bundle.Read(peer.Directory);
        IdMaps? own = IdMaps.From(oci), others = IdMaps.From(other);
        bool isHosts = !other.Linux.Namespaces.Exists(each => each.Type == "network") || unistd.geteuid() != 0;
        if (own is not null && others is not null && own.Equals(others))
        {
            foreach (OciNamespace each in oci.Linux.Namespaces)
                if (each.Type == "user") each.Path = link;
            // Its network may in turn be that of another.
            if (!other.Mounts.Exists(IsSysfs)) Show(oci, isHosts, isOurs);
            return;
        }
        if (unistd.geteuid() != 0)
            throw new UserError(
                $"--userns: not other ids than container {peer.Config.Name}, whose network is shared, has ({others?.ToString() ?? "all"})",
                "drop --userns, which shares its user namespace, too; only root can join a network from another one");
        if (own is not null) Show(oci, isHosts, isOurs);
    }

    /// <summary>At each start: a container of that name may be another one by now.</summary>
    /// <exception cref="UserError">Its ids are not those that ours was made with.</exception>
    public static void Check(NetworkContext context, EngineContainer peer, string process)
    {
        OciSpec oci = Bundle.Read(context.Directory);
        bool shares = oci.Linux.Namespaces.Exists(each => each is { Type: "user", Path.Length: > 0 });
        if (!shares || IdMaps.From(oci) is not { } made) return;
        IdMaps now = IdMaps.Parse(ProcFile.Read(process + "/uid_map"), ProcFile.Read(process + "/gid_map"));
        if (!made.Equals(now))
            throw new UserError(
                $"the user ids of container {peer.Config.Name} are {now}, and {context.Name} was made for {made}",
                $"remove {context.Name} and create it again");
    }

    /// <summary>
    /// A sysfs can be mounted only by who has powers over the network that it shows. Our own runtime does it before it makes the user
    /// namespace; with another there is none, and never the host's but on the host's network.
    /// </summary>
    public static void Show(OciSpec oci, bool isHosts, bool isOurs)
    {
        if ((isOurs && !isHosts) || oci.Mounts.Find(IsSysfs) is not { } sys) return;
        string access = sys.Options.Contains("rw") ? "rrw" : "rro";
        if (isHosts) (sys.Type, sys.Source, sys.Options) = ("bind", "/sys", ["rbind", access, "rnosuid", "rnodev", "rnoexec"]);
        else (sys.Type, sys.Source, sys.Options) = ("tmpfs", "sysfs", ["nosuid", "nodev", "noexec", "mode=755", "size=64k", "ro"]);
    }

    private static bool IsSysfs(OciMount mount) => mount is { Destination: "/sys", Type: "sysfs" };
}
