namespace Minirun.Runtime.Spec;

/// <summary>What is wrong with a value of a document, named by its path.</summary>
internal static class Problem
{
    private const int LongestPath = 4096;   // PATH_MAX, with its closing zero

    public static UserError At(string path, string why) => new($"{path}: {why}", "see config.md of the OCI runtime specification");

    /// <summary>Names the file in what is found wrong.</summary>
    public static void In<T>(string file, T document, Action<T> check)
    {
        try
        {
            check(document);
        }
        catch (UserError error)
        {
            throw error.As($"{file}: {error.Message}");
        }
    }

    /// <summary>A path that the kernel could take.</summary>
    public static void Path(string value, string at, bool absolute = true)
    {
        if (value.Length == 0) throw At(at, "missing");
        if (absolute && value[0] != '/') throw At(at, "not an absolute path");
        if (System.Text.Encoding.UTF8.GetByteCount(value) >= LongestPath) throw At(at, $"longer than {LongestPath - 1} bytes");
    }

    public static void Paths(List<string> values, string at)
    {
        NoNulls(values, at);
        for (int i = 0; i < values.Count; i++) Path(values[i], $"{at}[{i}]");
    }

    public static void NoNulls<T>(List<T>? values, string at)
        where T : class
    {
        for (int i = 0; i < (values?.Count ?? 0); i++)
            if (values![i] is null) throw At($"{at}[{i}]", typeof(T) == typeof(string) ? "null is not a string" : "null is not an object");
    }

    public static void Range(long value, long first, long last, string at)
    {
        if (value < first || value > last) throw At(at, $"{value} is not from {first} to {last}");
    }

    public static void List(string? list, string at, string what)
    {
        if (list is { Length: > 0 } && CpuSet.TryParse(list) is null) throw At(at, $"'{list}' is not a list of {what}, such as 0-3,7");
    }

    public static void OneOf(string value, string at, string what, bool known)
    {
        if (!known) throw At(at, value.Length == 0 ? "missing" : $"unknown {what} '{value}'");
    }
}
