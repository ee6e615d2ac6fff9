using System.Text;
using Minirun.Cli.CommandLine;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>spec</c>: writes a config.json to start from. Never over one that is there.</summary>
internal static class SpecVerb
{
    public static OciVerb Verb() => new("", "write a config.json to start from",
        [new("bundle", 'b', "DIR", "the bundle (default: the current directory)"),
            new("rootless", '\0', null, "for a user other than root"), new("file", 'f', "FILE", "name of the file")],
            Execute)
    {
        Minimum = 0,
        Maximum = 0,
    };

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        string bundle = arguments.Text("bundle") is { Length: > 0 } given ? given : ".";
        string name = arguments.Text("file") ?? Bundle.ConfigName, path = Path.Combine(bundle, name);
        using Fd fd = Fd.TryOpen(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_EXCL, 0x1b6 /* 0666 */);
        if (!fd.IsOpen)
        {
            int errno = Io.Error;
            throw errno == Errno.EEXIST
                ? UserError.AsRunc($"File {name} exists. Remove it first")
                : new LinuxException("open", errno, path);
        }
        Io.WriteAll(fd, Encoding.UTF8.GetBytes(DefaultSpec.Make(arguments.Has("rootless")).ToJson() + "\n"), path);
        return 0;
    }
}
