using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>What a bind mount shows.</summary>
public static class BindSource
{
    /// <summary>The path of it, where something is, and the type of that (S_IFMT of stat(2)).</summary>
    /// <exception cref="UserError">None is named, or nothing is there.</exception>
    public static string Find(OciMount mount, Host host, out int type)
    {
        string source =
            mount.Source ?? throw new UserError($"mount on {mount.Destination}: a bind mount has no source", "write source=PATH");
        type = host.FileType(source);
        if (type != 0) return source;
        throw Missing(source, mount.Destination);
    }

    public static UserError Missing(string source, string destination) => new(
        $"{source}: no such file or directory, to be mounted on {destination}",
        $"create it first (mkdir -p {source}), or check the path and its permissions");
}
