using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>
/// The network of another: container:NAME, or ns:PATH. The configuration names a link in the container's directory, and each start lets it
/// point to what is there then.
/// </summary>
internal sealed class JoinMode(string mode) : INetworkMode
{
    public const string Container = "container:", Path = "ns:";

    /// <summary>The link's name.</summary>
    public const string NetLink = "net", UserLink = "user";

    public string Name => mode;

    /// <summary>Of another container, and not of a path.</summary>
    public bool IsContainers => mode.StartsWith(Container, StringComparison.Ordinal);
    public bool IsOwn => false;
    public bool CanPublish => false;
    public bool CanChooseAddress => false;

    public void Require()
    {
        if (mode.StartsWith(Path, StringComparison.Ordinal) && !File.Exists(mode[Path.Length..]))
            throw new UserError($"--net {mode}: no such file", "give the path of a network namespace, such as /run/netns/NAME");
    }

    public void Prepare(NetworkContext context)
    {
        Require();
        if (mode.StartsWith(Path, StringComparison.Ordinal))
        {
            Point(context, NetLink, CurrentDirectory.FullPath(mode[Path.Length..]));
            return;
        }
        EngineContainer peer = Peer(context.Paths);
        ContainerState state = peer.State();
        if (!EngineContainer.IsAlive(state))
            throw new UserError($"--net {mode}: container {peer.Config.Name} is not running", $"minirun start {peer.Config.Name}");
        string process = ProcessIdentity.Directory(state.Pid);
        SharedUserNamespace.Check(context, peer, process);
        Point(context, NetLink, process + "/ns/net");
        Point(context, UserLink, process + "/ns/user");
    }

    public void Connect(NetworkContext context, int pid)
    {
        // The runtime has joined it.
    }

    public void Disconnect(NetworkContext context)
    {
        unistd.unlink($"{context.Directory}/{NetLink}");
        unistd.unlink($"{context.Directory}/{UserLink}");
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => null;

    public EngineContainer Peer(EnginePaths paths) => new ContainerStore(paths).Find(mode[Container.Length..]);

    private static void Point(NetworkContext context, string name, string target)
    {
        string link = $"{context.Directory}/{name}";
        unistd.unlink(link);
        LinuxException.Check(unistd.symlink(target, link), "symlink", link);
    }
}
