using System.Text;
using Minirun.Runtime;

namespace Minirun.Cli.ContainerFiles;

internal static class FileText
{
    private const int Most = 1 << 20;

    /// <summary>The text of a file; what is larger than any container file is refused before it is read, a device without an end as well.</summary>
    public static string Read(string path, string what)
    {
        byte[] bytes = new byte[Most + 1];
        int length;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = Directory.Exists(path) ? "it is a directory" : File.Exists(path) ? "permission denied" : "no such file";
            throw new UserError($"{what} {path}: cannot be read: {why}", "check the path; it is relative to where you are");
        }
        if (length > Most) throw new UserError($"{what} {path}: larger than 1 MiB", "a container file is a page of YAML; see docs/container-file.md");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new UserError($"{what} {path}: not UTF-8 text", "a container file is YAML; see docs/container-file.md");
        }
    }
}
