using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Namespaces;

/// <summary>One line of /proc/PID/uid_map (user_namespaces(7)).</summary>
public readonly record struct IdMap(uint Inside, uint Outside, uint Size)
{
    // PROC_USER_INIT_INO of the kernel: the first user namespace has this number on every machine.
    private const string InitialNamespace = "user:[4026531837]";

    private static readonly IdMap[] s_all = [new(0, 0, uint.MaxValue)];
    private static bool? s_isInitial;

    /// <summary>
    /// Whether we are in the first user namespace of the machine. One whose map has all ids looks like it, and has none of its rights.
    /// </summary>
    public static bool IsInitial => s_isInitial ??= ProcFile.ReadLink("/proc/self/ns/user") == InitialNamespace;

    /// <summary>Our own map: every id in the initial user namespace, where a look at its name spares reading the file.</summary>
    public static IReadOnlyList<IdMap> ReadOwn(string file) =>
        IsInitial ? s_all : Parse(ProcFile.Read("/proc/self/" + file));

    /// <summary>Parses the text of a uid_map: three numbers a line.</summary>
    public static IReadOnlyList<IdMap> Parse(string text)
    {
        var maps = new List<IdMap>();
        ReadOnlySpan<char> rest = text;
        while (rest.TrimStart() is { Length: > 0 })
            maps.Add(new IdMap(Number(ref rest), Number(ref rest), Number(ref rest)));
        return maps;
    }

    private static uint Number(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        int end = text.IndexOfAny(' ', '\n');
        uint number = uint.Parse(end < 0 ? text : text[..end]);
        text = end < 0 ? [] : text[end..];
        return number;
    }

    /// <summary>The lines for /proc/PID/uid_map.</summary>
    public static string Format(List<OciIdMapping> maps)
    {
        // On the path of every start: interpolation of numbers and LINQ would bring in a pool, a random seed and the type loader.
        string text = "";
        foreach (OciIdMapping map in maps)
            text += string.Concat(map.ContainerID.ToString(), " ", map.HostID.ToString()) + string.Concat(" ", map.Size.ToString(), "\n");
        return text;
    }

    /// <summary>What the host id is inside; null when it is not mapped.</summary>
    public static uint? ToInside(List<OciIdMapping> maps, uint outside)
    {
        foreach (OciIdMapping map in maps)
            if (outside >= map.HostID && outside - map.HostID < map.Size) return map.ContainerID + (outside - map.HostID);
        return null;
    }

    /// <summary>What the id is on the host, which has all of them where there is no map; null when it is not mapped.</summary>
    public static uint? ToOutside(List<OciIdMapping>? maps, uint inside)
    {
        if (maps is null) return inside;
        foreach (OciIdMapping map in maps)
            if (inside >= map.ContainerID && inside - map.ContainerID < map.Size) return map.HostID + (inside - map.ContainerID);
        return null;
    }

    /// <summary>Whether an id exists inside.</summary>
    public static bool HasInside(List<OciIdMapping> maps, uint inside)
    {
        foreach (OciIdMapping map in maps)
            if (inside >= map.ContainerID && inside - map.ContainerID < map.Size) return true;
        return false;
    }
}
