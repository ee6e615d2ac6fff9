using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The process of <c>exec</c>: what a file says, or the container's own with what the flags change.</summary>
internal static class ExecProcess
{
    /// <exception cref="UserError">The file is no process document.</exception>
    public static OciProcess Of(OciSpec oci, ExecOptions options)
    {
        OciProcess process = options.ProcessFile is { } file ? Bundle.ReadProcess(file) : FromFlags(oci.Process, options);
        // Clients leave it to the runtime, as the container's own process has it.
        process.OomScoreAdj ??= oci.Process.OomScoreAdj;
        if (options.Tty) process.Terminal = true;
        if (options.Apparmor is { Length: > 0 } profile) process.ApparmorProfile = profile;
        if (options.ProcessLabel is { Length: > 0 } label) process.SelinuxLabel = label;
        if (options.NoNewPrivileges) process.NoNewPrivileges = true;
        if (process.Args.Count == 0)
            throw new UserError("process args cannot be empty", "give a command behind the id, or args in the process file");
        if (!process.Cwd.StartsWith('/'))
            throw new UserError($"process.cwd: {(process.Cwd.Length == 0 ? "empty" : process.Cwd)}: not an absolute path", "write /");
        return process;
    }

    private static OciProcess FromFlags(OciProcess container, ExecOptions options)
    {
        container.Args = [.. options.Arguments];
        container.Terminal = options.Tty;
        container.ConsoleSize = null;
        if (options.Cwd is { Length: > 0 } cwd) container.Cwd = cwd;
        container.Env.AddRange(options.Env);
        if (options.Uid is { } uid) container.User.Uid = uid;
        if (options.Gid is { } gid) container.User.Gid = gid;
        if (options.AdditionalGids.Count > 0)
            container.User.AdditionalGids = [.. container.User.AdditionalGids ?? [], .. options.AdditionalGids];
        if (options.Caps.Count > 0) AddCapabilities(container, options.Caps);
        return container;
    }

    /// <summary>
    /// Never inheritable, which would let programs of others' keep them (CVE-2022-29162); ambient only what the container's own set of
    /// inheritable ones has.
    /// </summary>
    private static void AddCapabilities(OciProcess process, List<string> caps)
    {
        OciCapabilities sets = process.Capabilities ??= new OciCapabilities();
        foreach (List<string> set in (List<string>[])[sets.Bounding, sets.Effective, sets.Permitted]) set.AddRange(caps);
        sets.Ambient.AddRange(caps.Where(sets.Inheritable.Contains));
    }
}
