namespace Minirun.Linux;

/// <summary>
/// Which mounts of a mountinfo file a path leads to. The file lists covered ones as well: of two mounts on one place, or of one
/// below a directory on which another was mounted later, a path leads to the later one.
/// </summary>
internal static class MountReach
{
    private const int None = -1;

    /// <summary>The lines of mounts that a path leads to, in the file's order.</summary>
    /// <param name="text">The file.</param>
    /// <param name="with">Only lines that have this in them; null: all.</param>
    public static List<string> Lines(string text, string? with)
    {
        List<string> wanted = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            if (line.Length > 0 && (with is null || line.Contains(with, StringComparison.Ordinal))) wanted.Add(line.ToString());
        if (wanted.Count == 0) return wanted;
        Dictionary<(int Parent, string Path), int> mounts = Index(text, with is null ? null : wanted, out int root);
        wanted.RemoveAll(line => Find(mounts, root, Field(line, 4).ToString()) != int.Parse(Field(line, 0)));
        return wanted;
    }

    /// <summary>
    /// The mounts by the one that they are mounted on, and the place: a later one on the same place is the one to be seen.
    /// </summary>
    /// <param name="text">The file.</param>
    /// <param name="wanted">Only what may cover one of these lines; null: all.</param>
    /// <param name="root">The mount that is our root; <see cref="None"/> where that is a directory within a mount, as after
    /// chroot(2).</param>
    private static Dictionary<(int, string), int> Index(string text, List<string>? wanted, out int root)
    {
        List<(int Id, int Parent, string Path)> found = [];
        HashSet<int> ids = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.Length == 0) continue;
            ReadOnlySpan<char> path = Field(line, 4);
            if (wanted is not null && !Leads(path, wanted)) continue;
            found.Add((int.Parse(Field(line, 0)), int.Parse(Field(line, 1)), path.ToString()));
            ids.Add(found[^1].Id);
        }
        Dictionary<(int, string), int> mounts = [];
        root = None;
        foreach (var (id, parent, path) in found)
        {
            bool top = parent == id || !ids.Contains(parent);
            if (top && path == "/") root = id;
            else mounts[(top ? None : parent, path)] = id;
        }
        return mounts;
    }

    /// <summary>
    /// The mount that a path leads to: from the root on, at each directory, to what is mounted there, and to what is mounted on that.
    /// </summary>
    private static int Find(Dictionary<(int, string), int> mounts, int root, string path)
    {
        int at = root;
        // What is mounted on our root itself is not seen: a path begins below it (path_resolution(7)).
        for (int end = path.Length > 1 ? path.IndexOf('/', 1) : -1; path.Length > 1; end = path.IndexOf('/', end + 1))
        {
            string place = end < 0 ? path : path[..end];
            for (int rounds = 0; rounds < mounts.Count
                && (mounts.TryGetValue((at, place), out int next) || IsTop(mounts, at, root, place, out next)); rounds++)
                at = next;
            if (end < 0) break;
        }
        return at;
    }

    /// <summary>A mount whose parent is not listed lies on what is our root, whatever mount that is a part of.</summary>
    private static bool IsTop(Dictionary<(int, string), int> mounts, int at, int root, string place, out int next)
    {
        next = None;
        return at == root && root != None && mounts.TryGetValue((None, place), out next);
    }

    /// <summary>Whether a place is on the way to one of the lines' mounts, or is it.</summary>
    private static bool Leads(ReadOnlySpan<char> place, List<string> lines)
    {
        foreach (string line in lines)
        {
            ReadOnlySpan<char> path = Field(line, 4);
            if (path.StartsWith(place) && (place.Length == 1 || path.Length == place.Length || path[place.Length] == '/')) return true;
        }
        return false;
    }

    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> line, int number)
    {
        for (; number > 0; number--) line = line[(line.IndexOf(' ') + 1)..];
        return line.IndexOf(' ') is var end && end < 0 ? line : line[..end];
    }
}
