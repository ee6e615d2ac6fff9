using Minirun.Linux.Calls;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>
/// The process of an exec as an OCI runtime reads it (`exec --process FILE`): the container's own, with what was asked for. It goes in a
/// file without a name, by its descriptor: what stands in argv is in everybody's `ps`, and variables are often secrets.
/// </summary>
internal static class ExecDocument
{
    public static Fd Open(ExecRequest request)
    {
        Fd file = Fd.InMemory("minirun-process");
        try
        {
            Io.WriteAll(file, Make(request).ToBytes(), "process");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static OciProcess Make(ExecRequest request)
    {
        OciProcess process = Bundle.Read(request.Bundle).Process;
        process.Args = request.Command;
        process.Terminal = request.Tty;
        process.ConsoleSize = request.Tty ? request.Size : null;
        if (request.Cwd is { } cwd) process.Cwd = cwd;
        process.Env.AddRange(request.Env);
        if (request.User is { } user) process.User = user with { Umask = process.User.Umask };
        if (request.Privileged) process.Capabilities = Everything(process.Capabilities);
        return process;
    }

    /// <summary>Never inheritable, which would let programs of others' keep them (CVE-2022-29162).</summary>
    private static OciCapabilities Everything(OciCapabilities? own)
    {
        List<string> all = Capabilities.All;
        List<string> inheritable = own?.Inheritable ?? [];
        return new() { Bounding = all, Effective = all, Permitted = all, Inheritable = inheritable, Ambient = inheritable };
    }
}
