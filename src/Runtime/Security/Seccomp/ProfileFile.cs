using System.Text.Json;
using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// --security-opt seccomp=FILE: a profile in Docker's format, or plain <c>linux.seccomp</c> of the runtime-spec, which is a part of it.
/// </summary>
internal static class ProfileFile
{
    // What Go, and so Docker, calls the architectures of the machine that we run on.
    private static readonly string[] s_machine = [Processor.DockerName, Processor.Machine];

    /// <exception cref="UserError">It cannot be read, is no JSON, or has a value that means nothing: FILE: PATH: what.</exception>
    public static SeccompFilter Load(string file, ulong capabilities, Version kernel) => Compile(Read(file), file, capabilities, kernel);

    internal static SeccompFilter Compile(string json, string file, ulong capabilities, Version kernel)
    {
        DockerProfile profile = Parse(json, file);
        return SeccompCompiler.Compile(Select(profile, capabilities, kernel, file + ": "), file + ": ") with { Name = file };
    }

    /// <summary>
    /// The rules that are for this machine and these capabilities. The others are looked at too, so that a mistake shows everywhere.
    /// </summary>
    public static OciSeccomp Select(DockerProfile profile, ulong capabilities, Version kernel, string path)
    {
        var selected = new OciSeccomp
        {
            DefaultAction = profile.DefaultAction,
            DefaultErrnoRet = profile.DefaultErrnoRet,
            Architectures = Architectures(profile, path),
            Flags = profile.Flags,
            ListenerPath = profile.ListenerPath,
            ListenerMetadata = profile.ListenerMetadata,
        };
        for (int i = 0; i < profile.Syscalls.Count; i++)
        {
            string at = $"{path}syscalls[{i}]";
            DockerSyscall rule = profile.Syscalls[i] ?? throw new UserError($"{at}: null is not a rule", "take it out");
            if (rule.Name is not null && rule.Names.Count > 0) throw new UserError($"{at}: has both name and names", "keep names");
            List<string> names = rule.Name is { } name ? [name] : rule.Names;
            if (names.Count == 0) throw new UserError($"{at}.names: names no system call", "such as [\"mount\"]");
            SeccompAction.Read(rule.Action, rule.ErrnoRet, at + ".action");
            for (int n = 0; n < rule.Args.Count; n++) Comparison.Read(rule.Args[n], $"{at}.args[{n}]");
            bool included = rule.Includes is not { } includes
                || (Machine(includes) != false && Kernel(includes, kernel, at + ".includes") != false
                    && Granted(includes, capabilities, all: true, at + ".includes") != false);
            bool excluded = rule.Excludes is { } excludes
                && (Machine(excludes) == true || Kernel(excludes, kernel, at + ".excludes") == true
                    || Granted(excludes, capabilities, all: false, at + ".excludes") == true);
            if (included && !excluded)
                selected.Syscalls.Add(new() { Names = names, Action = rule.Action, ErrnoRet = rule.ErrnoRet, Args = rule.Args });
        }
        return selected;
    }

    private static string Read(string file)
    {
        const string hint = "give a profile in Docker's JSON format, or seccomp=unconfined, or seccomp=builtin";
        try
        {
            byte[] bytes = GivenFile.Read(file) ?? throw new UserError($"seccomp profile {file}: cannot be read: no such file", hint);
            return KernelText.Decode(bytes).TrimStart('\uFEFF');
        }
        catch (LinuxException error)
        {
            throw new UserError($"seccomp profile {file}: cannot be read: {GivenFile.Why(error)}", hint);
        }
    }

    private static DockerProfile Parse(string text, string file)
    {
        try
        {
            return JsonSerializer.Deserialize(text, DockerProfileJson.Default.DockerProfile)
                ?? throw new UserError($"{file}: is null", "a profile is a JSON object with defaultAction and syscalls");
        }
        catch (JsonException error)
        {
            string path = error.Path is { Length: > 2 } full ? full[2..] + ": " : "";
            throw new UserError($"{file}: {path}not what a seccomp profile has there (line {error.LineNumber + 1})",
                "a profile is a JSON object with defaultAction and syscalls, as Docker's");
        }
    }

    private static List<string> Architectures(DockerProfile profile, string path)
    {
        if (profile.ArchMap.Count == 0) return profile.Architectures;
        if (profile.Architectures.Count > 0) throw new UserError($"{path}architectures: there is an archMap too", "keep one of the two");
        for (int i = 0; i < profile.ArchMap.Count; i++)
            if (profile.ArchMap[i] is null) throw new UserError($"{path}archMap[{i}]: null is not an architecture", "take it out");
        DockerArchitecture? native = profile.ArchMap.Find(each => each.Architecture == SeccompArchitecture.Native.Name);
        return native is null ? [] : [native.Architecture, .. native.SubArchitectures];
    }

    // Null: the condition says nothing of it.
    private static bool? Machine(DockerCondition condition) =>
        condition.Arches.Count == 0 ? null : condition.Arches.Exists(s_machine.Contains);

    private static bool? Kernel(DockerCondition condition, Version kernel, string path)
    {
        if (condition.MinKernel is not { Length: > 0 } text) return null;
        return Version.TryParse(text, out Version? least)
            ? kernel >= least
            : throw new UserError($"{path}.minKernel: '{text}' is not a kernel version", "such as 4.8");
    }

    private static bool? Granted(DockerCondition condition, ulong capabilities, bool all, string path)
    {
        bool? granted = null;
        for (int i = 0; i < condition.Caps.Count; i++)
        {
            int number = condition.Caps[i] is { } name ? capability.Find(name) : -1;
            if (number < 0)
                throw new UserError($"{path}.caps[{i}]: unknown capability '{condition.Caps[i]}'", "names are as in capabilities(7)");
            bool one = (capabilities >> number & 1) != 0;
            granted = granted is not { } before ? one : all ? before && one : before || one;
        }
        return granted;
    }
}
