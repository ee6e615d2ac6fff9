namespace Minirun.Runtime.Cgroups;

/// <summary>exec's --cgroup: PATH, or CONTROLLER[,CONTROLLER]:PATH, below the container's cgroup.</summary>
internal static class SubCgroup
{
    /// <exception cref="UserError">The path leads out.</exception>
    public static (string Controllers, string Below) Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return ("", "");
        int colon = text.IndexOf(':');
        string controllers = colon < 0 ? "" : text[..colon], path = text[(colon + 1)..];
        string below = "";
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == "..")
                throw new UserError($"--cgroup {text}: bad sub cgroup path: leads out of the container's cgroup", "name a cgroup below it");
            below += "/" + part;
        }
        return (controllers, below);
    }
}
