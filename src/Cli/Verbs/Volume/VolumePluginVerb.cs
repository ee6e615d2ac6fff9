using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Volumes.Gluster;
using Minirun.Engine.Volumes.Serving;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Cli.Verbs.Volume;

/// <summary><c>volume-plugin NAME</c>: a plugin of ours for volumes, for any engine of Docker's kind on this machine.</summary>
internal static class VolumePluginVerb
{
    public static MinirunVerb GlusterVerb() =>
        new("", "serve volumes of GlusterFS servers as a Docker volume plugin until a signal", [
            new("servers", '\0', "HOST[:HOST…]", "the servers of the volumes (required)"),
            new("socket", '\0', "PATH", "where engines look for it (default /run/docker/plugins/glusterfs.sock)"),
            new("root", '\0', "DIR", "where volumes are mounted (default plugins/glusterfs below the engine's root)"),
            new("rest", '\0', "URL", "a glusterfs-rest service that makes and stops volumes; else they are to be there"),
            new("gfs-base", '\0', "DIR", "with --rest: the directory of bricks on the servers (default /mnt/gfs)"),
        ], Serve)
        { Minimum = 0, Maximum = 0 };

    private static int Serve(VerbArguments words)
    {
        string[] servers = (words.Text("servers") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (servers.Length == 0) throw new UserError("volume-plugin glusterfs: --servers is required", "--servers HOST[:HOST…]");
        foreach (string server in servers)
            if (server.StartsWith('-')) throw new UserError($"--servers {server}: no host", "--servers HOST[:HOST…]");
        if (unistd.geteuid() != 0)
            throw new UserError("volume-plugin glusterfs: only root may mount", "sudo minirun volume-plugin glusterfs …");
        _ = GlusterClient.Find();
        string root = CurrentDirectory.FullPath(words.Text("root") ?? EnginePaths.Default().Root + "/plugins/glusterfs");
        string socket = CurrentDirectory.FullPath(words.Text("socket") ?? "/run/docker/plugins/glusterfs.sock");
        OwnDirectory.Check(root, "--root");
        GlusterRest? rest = words.Text("rest") is { } url ? new GlusterRest(url, words.Text("gfs-base") ?? "/mnt/gfs") : null;
        using var serving = new PluginServer(new GlusterDriver(root, servers, rest), socket);
        TextOutput.Line("listening at " + socket);
        serving.Serve(RelayedSignals.Open(signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGINT)));
        return 0;
    }
}
