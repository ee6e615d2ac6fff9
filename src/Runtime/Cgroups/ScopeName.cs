namespace Minirun.Runtime.Cgroups;

/// <summary>linux.cgroupsPath as systemd's drivers have it: slice:prefix:name.</summary>
/// <param name="Slice">Such as machine.slice.</param>
/// <param name="Unit">PREFIX-NAME.scope; or a slice, which then is the cgroup.</param>
internal sealed record ScopeName(string Slice, string Unit)
{
    /// <exception cref="UserError">It has another form.</exception>
    public static ScopeName Parse(string? path, string id, bool user)
    {
        string slice = user ? "user.slice" : "system.slice", prefix = "minirun", name = id;
        if (!string.IsNullOrEmpty(path))
        {
            string[] parts = path.Split(':');
            if (parts.Length != 3) throw Wrong(path, "expected slice:prefix:name for systemd cgroups");
            if (parts[0].Length > 0) slice = parts[0];
            (prefix, name) = (parts[1], parts[2]);
            if (name.Length == 0) throw Wrong(path, "has no name");
        }
        if (!slice.EndsWith(".slice", StringComparison.Ordinal) || slice.Contains('/')
            || (slice != "-.slice" && (slice.StartsWith('-') || slice.Contains("--"))))
            throw Wrong(path, $"{slice} is not the name of a slice");
        string unit = name.EndsWith(".slice", StringComparison.Ordinal) ? name : (prefix.Length > 0 ? prefix + "-" : "") + name + ".scope";
        foreach (char c in unit)
            if (!char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or '.' or '\\' or '@'))
                throw Wrong(path, $"{unit} is not the name of a unit");
        return new(slice, unit);
    }

    /// <summary>a-b.slice is /a.slice/a-b.slice (systemd.slice(5)).</summary>
    public static string Expand(string slice)
    {
        if (slice == "-.slice") return "";
        string path = "", name = slice[..^".slice".Length];
        for (int dash = name.IndexOf('-'); dash >= 0; dash = name.IndexOf('-', dash + 1)) path += "/" + name[..dash] + ".slice";
        return path + "/" + slice;
    }

    private static UserError Wrong(string? path, string why) =>
        new($"linux.cgroupsPath: {path}: {why}", "such as system.slice:minirun:NAME; drop --systemd-cgroup for a plain path");
}
