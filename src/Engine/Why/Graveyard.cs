using System.Globalization;
using System.Text.Json;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Why;

/// <summary>
/// What is remembered of containers that were removed: a file each, called by the time of the removal and the id. Whoever adds one takes
/// away what is too old or too much, so it needs nobody to look after it.
/// </summary>
public static class Graveyard
{
    private const int MostRecords = 100;
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);
    private const string Suffix = ".json";
    private const string TimeFormat = "D19";   // of nanoseconds: names in order are times in order

    /// <summary>That it cannot be is no reason for a container not to be removed.</summary>
    internal static void Bury(EngineContainer container)
    {
        try
        {
            FlightRecord record = FlightReader.Read(container);
            record.Removed = ContainerRecord.Now();
            string directory = container.Paths.Graveyard;
            OwnDirectory.Make(directory, 0x1c0 /* 0700 */);
            long now = time.Nanoseconds(time.CLOCK_REALTIME);
            AtomicFile.Write($"{directory}/{now.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{record.Id}{Suffix}",
                JsonSerializer.SerializeToUtf8Bytes(record, EngineJson.Default.FlightRecord));
            Prune(directory, now - (long)s_longest.TotalNanoseconds, MostRecords);
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException or UserError)
        {
            // A full disk, or a container that cannot be read.
        }
    }

    /// <summary>By id, the beginning of one, or name: the last that had it. Null when there is none.</summary>
    /// <exception cref="UserError">Several.</exception>
    public static FlightRecord? Find(EnginePaths paths, string reference)
    {
        FlightRecord? found = null;
        foreach (string path in Files(paths.Graveyard))
        {
            bool called = IdOf(path).StartsWith(reference, StringComparison.Ordinal) && reference.Length > 0;
            if (Read(path) is not { } record || (!called && record.Name != reference)) continue;
            if (record.Name == reference) return record;
            if (found is not null && found.Id != record.Id)
                throw new UserError($"{reference}: several removed containers have an id that begins so", "give more of it, or a name");
            found ??= record;
        }
        return found;
    }

    /// <summary>Bytes and number of what is kept.</summary>
    public static (long Bytes, int Count) Size(EnginePaths paths)
    {
        List<string> files = Files(paths.Graveyard);
        return (files.Sum(file => new FileInfo(file) is { Exists: true } there ? there.Length : 0), files.Count);
    }

    /// <summary>Forgets all.</summary>
    public static void Clear(EnginePaths paths) => Prune(paths.Graveyard, long.MaxValue, 0);

    private static void Prune(string directory, long oldest, int most)
    {
        int kept = 0;
        // Half-written ones of a crash are files like others here.
        foreach (string path in Files(directory))
            if (++kept > most
                || !long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long when)
                || when < oldest)
                unistd.unlink(path);
    }

    /// <summary>The youngest first.</summary>
    private static List<string> Files(string directory)
    {
        List<string> files = Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory)] : [];
        files.Sort((a, b) => string.CompareOrdinal(b, a));
        return files;
    }

    private static string IdOf(string path) =>
        Path.GetFileName(path) is var name && name.IndexOf('-') is > 0 and var dash ? name[(dash + 1)..] : "";

    private static FlightRecord? Read(string path)
    {
        try
        {
            return path.EndsWith(Suffix, StringComparison.Ordinal) ? Document.Read(path, EngineJson.Default.FlightRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
