using System.Globalization;
using System.Text;
using Minirun.Linux;

namespace Minirun.Cli.Output;

/// <summary>
/// The mounts of a half-made container, for --step: its own in full, the host's, of which it has a copy until they are detached, by their
/// number.
/// </summary>
internal static class StepMounts
{
    private const int PathWidth = 30, TypeWidth = 8;

    public static string Describe(int pid)
    {
        HashSet<string> hosts = [.. MountInfo.Read().Select(Place)];
        var text = new StringBuilder();
        int copies = 0;
        foreach (MountInfo mount in Of(pid))
            if (hosts.Contains(Place(mount))) copies++;
            else text.Append($"     {SafeText.Of(mount.Path),-PathWidth} {SafeText.Of(mount.Type),-TypeWidth} {mount.Options}\n");
        if (text.Length == 0) text.Append("     no mount of its own yet\n");
        if (copies > 0) text.Append($"     and copies of {copies} mounts of the host\n");
        return text.ToString();
    }

    private static IEnumerable<MountInfo> Of(int pid)
    {
        try
        {
            return MountInfo.Parse(ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/mountinfo"));
        }
        catch (LinuxException)
        {
            return [];   // it has ended: the next operation says so
        }
    }

    /// <summary>Which directory of which file system is mounted where: a copy has the same.</summary>
    private static string Place(MountInfo mount) => $"{mount.Source} {mount.Type} {mount.Root} {mount.Path}";
}
