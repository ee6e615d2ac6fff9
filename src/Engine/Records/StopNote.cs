using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Records;

/// <summary>
/// The note in a container's directory that somebody asked for its end, so that it is not started again; and of which signal it is to have
/// ended when the kernel would have dropped that one (<see cref="DroppedSignal"/>) and SIGKILL was sent in its place.
/// </summary>
internal static class StopNote
{
    /// <param name="container">Whose.</param>
    /// <param name="number">The signal; 0: none in the place of another.</param>
    public static void Write(EngineContainer container, int number = 0)
    {
        byte[] text = number == 0 ? [] : Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
        try
        {
            AtomicFile.Write(container.StoppedPath, text);
        }
        catch (LinuxException error)
            when (container.Config.Restart.Name == "no" && error.Number is (Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG))
        {
            // A full disk does not keep it from being stopped: nobody would start it again.
        }
    }

    public static bool IsThere(EngineContainer container) => File.Exists(container.StoppedPath);

    /// <summary>The signal in whose place SIGKILL was sent; 0: none.</summary>
    public static int Signal(EngineContainer container)
    {
        try
        {
            return IsThere(container) && int.TryParse(ProcFile.Read(container.StoppedPath), out int number) ? number : 0;
        }
        catch (LinuxException)
        {
            return 0;
        }
    }
}
