using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Bundles;

/// <summary>
/// Looks whether a document can be carried out, before anything is made. What is wrong is named by its path in the JSON. Only what is wrong
/// by itself, or against another field, is found here; what this machine cannot do shows when it is tried.
/// </summary>
public static class BundleValidator
{
    private const int LongestName = 64;   // __NEW_UTS_LEN

    /// <exception cref="UserError">A value makes no sense.</exception>
    public static void Check(OciSpec oci)
    {
        CheckVersion(oci.HasVersion ? oci.OciVersion : "");
        if (oci.Root.Path.Length == 0) throw Problem.At("root.path", "missing");
        ProcessValidator.Check(oci.Process, "process");
        LinuxValidator.CheckNamespaces(oci.Linux.Namespaces);
        CheckNames(oci);
        CheckMounts(oci);
        if (oci.Hooks is { } hooks) CheckHooks(hooks);
        LinuxValidator.Check(oci);
        if (oci.Linux.Resources is { } resources) ResourcesValidator.Check(resources, "linux.resources");
    }

    /// <summary>Every 1.x: a newer one only adds fields, and those that are not known are passed over.</summary>
    private static void CheckVersion(string version)
    {
        string[] parts = version.Split('.', 3);
        bool good =
            parts.Length == 3 && StrictNumber.TryParse(parts[0], out uint major) && major == 1 && StrictNumber.TryParse(parts[1], out _)
            && parts[2].Length > 0 && char.IsAsciiDigit(parts[2][0]);
        if (!good)
            throw Problem.At("ociVersion",
                version.Length == 0 ? "missing" : $"'{version}' is not a version that is supported, which is 1.x.y");
    }

    private static void CheckNames(OciSpec oci)
    {
        bool ownNames = Has(oci, "uts");
        CheckName(oci.Hostname, "hostname", ownNames);
        CheckName(oci.Domainname, "domainname", ownNames);
    }

    private static void CheckName(string? name, string field, bool ownNames)
    {
        if (string.IsNullOrEmpty(name)) return;
        if (!ownNames) throw Problem.At(field, $"unable to set {field} without a private UTS namespace");
        if (System.Text.Encoding.UTF8.GetByteCount(name) > LongestName) throw Problem.At(field, $"longer than {LongestName} bytes");
    }

    private static void CheckMounts(OciSpec oci)
    {
        for (int i = 0; i < oci.Mounts.Count; i++)
        {
            OciMount mount = oci.Mounts[i] ?? throw Problem.At($"mounts[{i}]", "null is no mount");
            Problem.Path(mount.Destination, $"mounts[{i}].destination", absolute: false);
            Problem.NoNulls(mount.Options, $"mounts[{i}].options");
            IdMappings.Check(mount.UidMappings, $"mounts[{i}].uidMappings");
            IdMappings.Check(mount.GidMappings, $"mounts[{i}].gidMappings");
        }
    }

    private static void CheckHooks(OciHooks hooks)
    {
        CheckHooks(hooks.Prestart, "prestart");
        CheckHooks(hooks.CreateRuntime, "createRuntime");
        CheckHooks(hooks.CreateContainer, "createContainer");
        CheckHooks(hooks.StartContainer, "startContainer");
        CheckHooks(hooks.Poststart, "poststart");
        CheckHooks(hooks.Poststop, "poststop");
    }

    private static void CheckHooks(List<OciHook>? hooks, string kind)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
        {
            string at = $"hooks.{kind}[{i}]";
            OciHook hook = hooks![i] ?? throw Problem.At(at, "null is no hook");
            Problem.Path(hook.Path, at + ".path");
            if (hook.Timeout <= 0) throw Problem.At(at + ".timeout", "not greater than zero");
            Problem.NoNulls(hook.Args, at + ".args");
            Problem.NoNulls(hook.Env, at + ".env");
        }
    }

    internal static bool Has(OciSpec oci, string type) => oci.Linux.Namespaces.Exists(each => each.Type == type);
}
