using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.State;

namespace Minirun.Engine.Networks;

/// <summary>
/// Who is on a network: a file for each, which goes with the machine's start as its containers do. Each of them knows the others by name,
/// since all hosts files are written anew when one comes or goes.
/// </summary>
internal sealed class NetworkPeers(EnginePaths paths, string network)
{
    private string Directory => $"{paths.Run}/networks/{network}";

    public List<NetworkPeer> All()
    {
        List<NetworkPeer> all = [];
        if (!System.IO.Directory.Exists(Directory)) return all;
        foreach (string file in System.IO.Directory.EnumerateFiles(Directory).Order(StringComparer.Ordinal))
        {
            string id = Path.GetFileName(file);
            if (id[0] == '.') continue;
            // Left by a crash, also as ID.PID.tmp.
            if (!System.IO.Directory.Exists($"{paths.Containers}/{id.Split('.')[0]}"))
            {
                unistd.unlink(file);
                continue;
            }
            if (id.EndsWith(".tmp", StringComparison.Ordinal)) continue;
            string[] words =
                AtomicFile.Read(file) is { } bytes ? Encoding.UTF8.GetString(bytes).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            if (words.Length > 1) all.Add(new(id, words[0], words[1..]));
        }
        return all;
    }

    public void Join(NetworkPeer peer)
    {
        OwnDirectory.Make(Directory, 0x1c0 /* 0700 */);
        using var held = FileLock.OnFile(Directory + "/.lock", "the list of containers on a network");
        AtomicFile.Write($"{Directory}/{peer.Id}", Encoding.UTF8.GetBytes($"{peer.Address} {string.Join(' ', peer.Names)}"));
        Tell();
    }

    public void Leave(string id)
    {
        if (!System.IO.Directory.Exists(Directory)) return;
        using var held = FileLock.OnFile(Directory + "/.lock", "the list of containers on a network");
        if (unistd.unlink($"{Directory}/{id}") == 0) Tell();
    }

    public void Forget()
    {
        TreeRemoval.Remove(Directory);
    }

    /// <summary>
    /// A file that a container holds by a lease, or has made unwritable in another way, is its own loss: nobody else's start or end
    /// fails for it, and the next that comes or goes tries again.
    /// </summary>
    private void Tell()
    {
        List<NetworkPeer> all = All();
        foreach (NetworkPeer peer in all)
            try
            {
                IEnumerable<NetworkPeer> others = all.Where(other => other.Id != peer.Id);
                IEnumerable<string> lines = others.Select(other => $"{other.Address}\t{string.Join(' ', other.Names)}");
                HostsFile.WritePeers($"{paths.Containers}/{peer.Id}/hosts", lines);
            }
            catch (LinuxException)
            {
                // As above.
            }
    }
}
