namespace Minirun.Runtime.Doctor;

/// <summary>Small files of /proc and /sys that hold one value.</summary>
internal static class Setting
{
    /// <summary>The text without its line end; null when the file is not there or not readable.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string? Sysctl(string name) => Read("/proc/sys/" + name.Replace('.', '/'));

    /// <summary>The line that sets a sysctl now and after the next start of the machine.</summary>
    public static string Fix(string name, string value) =>
        $"as root: sysctl -w {name}={value} (and to keep it: echo {name}={value} >/etc/sysctl.d/50-minirun.conf)";
}
