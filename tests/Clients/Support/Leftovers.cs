using Minirun.Cli.Tests.Support;

namespace Minirun.Clients.Support;

/// <summary>Processes, mounts, cgroups, network namespaces and state directories of a realm (leftovers.sh).</summary>
internal sealed record Leftovers(string[] Lines)
{
    public static Leftovers Find(Client client) =>
        new(
            client.Inside("leftovers.sh", client.Realm.Directory, Kernel.Uid == 0 ? "all" : "ours")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries));

    public string[] Beyond(Leftovers before)
    {
        List<string> beyond = [.. Lines];
        foreach (string line in before.Lines) beyond.Remove(line);
        return [.. beyond];
    }
}
