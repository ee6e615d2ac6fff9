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

    /// <summary>The numbers of a process's mounts: right after the clone they are all copies of the host's.</summary>
    public static HashSet<string> ReadIds(int pid) => [.. Of(pid).Select(mount => mount.Id)];

    /// <param name="pid">The process that becomes the container.</param>
    /// <param name="copied">What <see cref="ReadIds"/> gave before it had done anything.</param>
    public static string Describe(int pid, HashSet<string> copied)
    {
        var text = new StringBuilder();
        int copies = 0;
        foreach (MountInfo mount in Of(pid))
            if (copied.Contains(mount.Id)) copies++;
            else text.Append($"     {SafeText.Of(mount.Path),-PathWidth} {SafeText.Of(mount.Type),-TypeWidth} {mount.Options}\n");
        if (text.Length == 0) text.Append("     no mount of its own yet\n");
        if (copies > 0) text.Append($"     and copies of {copies} mounts of the host\n");
        return text.ToString();
    }

    private static IEnumerable<MountInfo> Of(int pid)
    {
        try
        {
            return MountInfo.ParseAll(ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/mountinfo"));
        }
        catch (LinuxException)
        {
            return [];   // it has ended: the next operation says so
        }
    }
}
