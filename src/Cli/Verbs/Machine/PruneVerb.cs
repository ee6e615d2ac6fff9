using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;
using Minirun.Engine.Records;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>container prune</c>, and the part of <c>system prune</c> that is for containers.</summary>
internal static class PruneVerb
{
    public static readonly Flag Filter =
        new("filter", '\0', "KEY=VALUE", "until=TIME or 24h (created before then), label, label!") { Repeats = true };

    public static MinirunVerb Verb() =>
        new("", "remove all containers that are not running", [Question.Force, Filter], Execute) { Minimum = 0, Maximum = 0 };

    private static int Execute(VerbArguments words)
    {
        var filter = new PruneFilter(words.All("filter"));
        Reclaimed(Question.Allows(words, "This will remove all stopped containers.") ? Containers(filter) : 0);
        return 0;
    }

    /// <summary>Removes them, and says so; gives how many bytes that were.</summary>
    public static long Containers(PruneFilter filter)
    {
        long total = 0;
        List<string> removed = [];
        foreach (EngineContainer container in ContainerRepair.FindAll(ContainerStores.Own))
        {
            if (container.IsRunning || !filter.Takes(container.Config.Created, container.Config.Labels)) continue;
            try
            {
                using IDisposable held = ContainerLock.Await(container);
                if (container.IsRunning) continue;
                long size = TreeSize.Of(container.Directory);
                if (ContainerRemoval.Remove(container) is { } complaint) Message.Warning(complaint);
                removed.Add(container.Id);
                total += size;
            }
            catch (Exception error) when (Message.Has(error))
            {
                Message.Print(error);
            }
        }
        Say("Deleted Containers", removed);
        return total;
    }

    /// <summary>docker's list of what is gone.</summary>
    public static void Say(string title, List<string> removed)
    {
        if (removed.Count > 0) TextOutput.Text($"{title}:\n{string.Join('\n', removed.Select(SafeText.Of))}\n\n");
    }

    public static void Reclaimed(long bytes) => TextOutput.Line($"Total reclaimed space: {Amount.Decimal((ulong)bytes)}");
}
