using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Volumes;

internal static class VolumeNames
{
    // A name is a directory's name with us, and one component of a path with most plugins.
    private const int Longest = 255 - 32;

    /// <exception cref="UserError">It is no name.</exception>
    public static void Check(string name)
    {
        const string rule = "a letter or digit, then letters, digits, _ . and -, at least two characters";
        if (!IsName(name))
            throw new UserError($"'{name}' is not a valid volume name",
                rule + (name.Contains('/') ? "" : "; a directory of the host has a slash in it: ./NAME"));
    }

    public static bool IsName(string name)
    {
        if (name.Length is < 2 or > Longest || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return false;
        return true;
    }

    /// <summary>64 hexadecimal digits, as Docker names what has no name.</summary>
    public static string Random() => RandomId.New();
}
