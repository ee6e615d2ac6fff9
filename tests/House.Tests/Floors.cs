namespace Minirun.House.Tests;

/// <summary>An assembly: the folder below src, the assemblies it may use, and its folders, floor by floor from the ground up.</summary>
/// <param name="Floors">
/// Folders of one floor are separated by spaces. A folder uses folders of lower floors, never one beside it. Files that lie in no folder
/// are the ground below all floors, but for those named on a floor as `File.cs`, such as the program.
/// </param>
public sealed record Room(string Name, string[] References, string[] Floors);

/// <summary>Which part of the house may use which other one.</summary>
public sealed class Floors
{
    private readonly Dictionary<string, Room> _rooms;
    private readonly Dictionary<string, int> _floors = [];

    public Floors(IReadOnlyList<Room> rooms)
    {
        _rooms = rooms.ToDictionary(room => room.Name);
        foreach (Room room in rooms)
        {
            for (int floor = 0; floor < room.Floors.Length; floor++)
            {
                foreach (string folder in room.Floors[floor].Split(' ')) { _floors.Add($"{room.Name}/{folder}", floor + 1); }
            }
        }
    }

    /// <summary>Folders that stand on no floor.</summary>
    public IEnumerable<string> FindUnknown(IEnumerable<string> files) =>
        files.Select(FindFolder).Distinct()
            .Where(folder => folder.Contains('/') ? !_floors.ContainsKey(folder) : !_rooms.ContainsKey(folder));

    /// <summary>Floors without a file.</summary>
    public IEnumerable<string> FindEmpty(IEnumerable<string> files) => _floors.Keys.Except(files.Select(FindFolder));

    public bool Allow(Use use)
    {
        (string from, string to) = (FindFolder(use.From), FindFolder(use.To));
        if (from == to) { return true; }
        (string fromRoom, string toRoom) = (from.Split('/')[0], to.Split('/')[0]);
        if (fromRoom != toRoom) { return _rooms.TryGetValue(fromRoom, out Room? room) && room.References.Contains(toRoom); }
        return _floors.GetValueOrDefault(to) < _floors.GetValueOrDefault(from);
    }

    /// <summary>
    /// `Runtime/Plan` of `Runtime/Plan/Ops/Pivot.cs`, `Cli` of `Cli/Message.cs`, `Cli/Program.cs` where a floor names that file.
    /// </summary>
    public string FindFolder(string file)
    {
        string[] parts = file.Split('/');
        string folder = string.Join('/', parts.Take(2));
        return parts.Length > 2 || _floors.ContainsKey(folder) ? folder : parts[0];
    }
}
