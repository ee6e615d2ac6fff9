using System.Text;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.ContainerFiles;

internal static class FileText
{
    private const int Most = 1 << 20;

    /// <summary>
    /// The text of a file; what is larger than any container file is refused before it is read, a device without an end as well.
    /// </summary>
    public static string Read(string path, string what)
    {
        const string hint = "check the path; it is relative to where you are";
        byte[] bytes;
        try
        {
            bytes = GivenFile.Read(path, Most) ?? throw new UserError($"{what} {path}: cannot be read: no such file", hint);
        }
        catch (LinuxException error) when (error.Number == Errno.EFBIG)
        {
            throw new UserError($"{what} {path}: larger than 1 MiB", "a container file is a page of YAML; see docs/container-file.md");
        }
        catch (LinuxException error)
        {
            throw new UserError($"{what} {path}: cannot be read: {GivenFile.Why(error)}", hint);
        }
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new UserError($"{what} {path}: not UTF-8 text", "a container file is YAML; see docs/container-file.md");
        }
    }
}
