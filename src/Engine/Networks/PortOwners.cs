using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>
/// Ports that other containers have published. Sockets say it, too, but not whose they are, and end with a monitor that is killed.
/// </summary>
internal static class PortOwners
{
    /// <summary>
    /// Of those on a bridge, whose ports are led to them by the kernel's rules, also when nobody holds a socket any more.
    /// </summary>
    /// <exception cref="UserError">Another has one of them.</exception>
    public static void Check(NetworkContext context) => Check(context, record => record.CniConfig is not null);

    /// <summary>Takes all of -p. Whose the socket is that one of them fails for, the kernel does not say.</summary>
    /// <exception cref="UserError">One is taken: by another container, by its name, where one has it.</exception>
    public static T Take<T>(NetworkContext context, Func<IEnumerable<string>, T> take)
    {
        try
        {
            return take(context.Use.Ports);
        }
        catch (UserError)
        {
            Check(context, _ => true);
            throw;
        }
    }

    private static void Check(NetworkContext context, Predicate<NetworkRecord> counts)
    {
        List<PortMapping> wanted = [.. context.Use.Ports.SelectMany(PortMapping.Parse)];
        if (wanted.Count == 0) return;
        foreach (EngineContainer other in new ContainerStore(context.Paths).All())
        {
            if (other.Id == context.Id || NetworkRecord.Of(other) is not { } record || !counts(record)) continue;
            foreach (PortMapping theirs in record.Ports)
                foreach (PortMapping ours in wanted)
                    if (ours.Meets(theirs) && other.IsRunning)
                        throw new UserError(
                            $"--publish: port {ours.Outside}/{ours.Protocol} is already allocated: container {other.Config.Name} has it",
                            "give another port, or none for any that is free");
        }
    }
}
