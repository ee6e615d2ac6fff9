using System.Text.Json;
using static Minirun.Runtime.Spec.Json.JsonMembers;

namespace Minirun.Runtime.Spec.Json;

/// <summary>
/// config.json as engines write it, read by hand: to make itself ready costs the serializer two milliseconds, half of a create. It has no
/// words for errors and does not know what is rare; then it gives null, and the serializer, which knows all of it, reads the document
/// again. A test compares the two.
/// </summary>
internal static class ConfigReader
{
    private delegate T? Reader<T>(ref Utf8JsonReader json);

    public static OciSpec? Read(ReadOnlySpan<byte> json) => Read(json, Spec);

    /// <summary>The process alone, as <c>exec --process</c> takes it.</summary>
    public static OciProcess? ReadProcess(ReadOnlySpan<byte> json) => Read(json, Process);

    private static T? Read<T>(ReadOnlySpan<byte> json, Reader<T> read)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            T? document = read(ref reader);
            if (document is not null) End(ref reader);
            return document;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static OciSpec? Spec(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var oci = new OciSpec();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "ociVersion": oci.OciVersion = Text(ref json)!; break;
                case "process": oci.Process = Process(ref json)!; break;
                case "root": oci.Root = Root(ref json)!; break;
                case "hostname": oci.Hostname = Text(ref json); break;
                case "domainname": oci.Domainname = Text(ref json); break;
                case "mounts": oci.Mounts = Objects(ref json, Mount)!; break;
                case "hooks": oci.Hooks = Hooks(ref json); break;
                case "annotations": oci.Annotations = Map(ref json); break;
                case "linux": oci.Linux = Linux(ref json)!; break;
                default: json.Skip(); break;
            }
        return oci;
    }

    private static OciProcess? Process(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var process = new OciProcess();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "terminal": process.Terminal = Flag(ref json); break;
                case "user": process.User = User(ref json)!; break;
                case "args": process.Args = Texts(ref json)!; break;
                case "env": process.Env = Texts(ref json)!; break;
                case "cwd": process.Cwd = Text(ref json)!; break;
                case "capabilities": process.Capabilities = Capabilities(ref json); break;
                case "rlimits": process.Rlimits = Objects(ref json, Rlimit); break;
                case "noNewPrivileges": process.NoNewPrivileges = Flag(ref json); break;
                case "apparmorProfile": process.ApparmorProfile = Text(ref json); break;
                case "selinuxLabel": process.SelinuxLabel = Text(ref json); break;
                case "oomScoreAdj": process.OomScoreAdj = IsNull(ref json) ? null : Small(ref json); break;
                case "consoleSize": process.ConsoleSize = Box(ref json); break;
                case "scheduler" or "ioPriority" or "execCPUAffinity": throw Rare;
                default: json.Skip(); break;
            }
        return process;
    }

    private static OciBox? Box(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var box = new OciBox();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "height": box.Height = Id(ref json); break;
                case "width": box.Width = Id(ref json); break;
                default: json.Skip(); break;
            }
        return box;
    }

    private static OciUser? User(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var user = new OciUser();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "uid": user.Uid = Id(ref json); break;
                case "gid": user.Gid = Id(ref json); break;
                case "umask": user.Umask = MaybeId(ref json); break;
                case "additionalGids": user.AdditionalGids = Ids(ref json); break;
                default: json.Skip(); break;
            }
        return user;
    }

    private static OciCapabilities? Capabilities(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var sets = new OciCapabilities();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "bounding": sets.Bounding = Texts(ref json)!; break;
                case "effective": sets.Effective = Texts(ref json)!; break;
                case "inheritable": sets.Inheritable = Texts(ref json)!; break;
                case "permitted": sets.Permitted = Texts(ref json)!; break;
                case "ambient": sets.Ambient = Texts(ref json)!; break;
                default: json.Skip(); break;
            }
        return sets;
    }

    private static OciRlimit Rlimit(ref Utf8JsonReader json)
    {
        var limit = new OciRlimit();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "type": limit.Type = Text(ref json)!; break;
                case "soft": limit.Soft = Number(ref json); break;
                case "hard": limit.Hard = Number(ref json); break;
                default: json.Skip(); break;
            }
        return limit;
    }

    private static OciRoot? Root(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var root = new OciRoot();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "path": root.Path = Text(ref json)!; break;
                case "readonly": root.Readonly = Flag(ref json); break;
                default: json.Skip(); break;
            }
        return root;
    }

    private static OciMount Mount(ref Utf8JsonReader json)
    {
        var mount = new OciMount();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "destination": mount.Destination = Text(ref json)!; break;
                case "type": mount.Type = Text(ref json); break;
                case "source": mount.Source = Text(ref json); break;
                case "options": mount.Options = Texts(ref json)!; break;
                case "uidMappings": mount.UidMappings = Objects(ref json, IdMapping); break;
                case "gidMappings": mount.GidMappings = Objects(ref json, IdMapping); break;
                default: json.Skip(); break;
            }
        return mount;
    }

    private static OciIdMapping IdMapping(ref Utf8JsonReader json)
    {
        var mapping = new OciIdMapping();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "containerID": mapping.ContainerID = Id(ref json); break;
                case "hostID": mapping.HostID = Id(ref json); break;
                case "size": mapping.Size = Id(ref json); break;
                default: json.Skip(); break;
            }
        return mapping;
    }

    private static OciHooks? Hooks(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var hooks = new OciHooks();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "prestart": hooks.Prestart = Objects(ref json, Hook); break;
                case "createRuntime": hooks.CreateRuntime = Objects(ref json, Hook); break;
                case "createContainer": hooks.CreateContainer = Objects(ref json, Hook); break;
                case "startContainer": hooks.StartContainer = Objects(ref json, Hook); break;
                case "poststart": hooks.Poststart = Objects(ref json, Hook); break;
                case "poststop": hooks.Poststop = Objects(ref json, Hook); break;
                default: json.Skip(); break;
            }
        return hooks;
    }

    private static OciHook Hook(ref Utf8JsonReader json)
    {
        var hook = new OciHook();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "path": hook.Path = Text(ref json)!; break;
                case "args": hook.Args = Texts(ref json); break;
                case "env": hook.Env = Texts(ref json); break;
                case "timeout": hook.Timeout = IsNull(ref json) ? null : Small(ref json); break;
                default: json.Skip(); break;
            }
        return hook;
    }

    private static OciLinux? Linux(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var linux = new OciLinux();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "uidMappings": linux.UidMappings = Objects(ref json, IdMapping); break;
                case "gidMappings": linux.GidMappings = Objects(ref json, IdMapping); break;
                case "namespaces": linux.Namespaces = Objects(ref json, Namespace)!; break;
                case "devices": linux.Devices = Objects(ref json, Device); break;
                case "cgroupsPath": linux.CgroupsPath = Text(ref json); break;
                case "resources": linux.Resources = ResourcesReader.Read(ref json); break;
                case "seccomp": linux.Seccomp = SeccompReader.Read(ref json); break;
                case "rootfsPropagation": linux.RootfsPropagation = Text(ref json); break;
                case "maskedPaths": linux.MaskedPaths = Texts(ref json)!; break;
                case "readonlyPaths": linux.ReadonlyPaths = Texts(ref json)!; break;
                case "mountLabel": linux.MountLabel = Text(ref json); break;
                case "sysctl": linux.Sysctl = Map(ref json); break;
                case "timeOffsets" or "netDevices" or "personality" or "intelRdt" or "memoryPolicy": throw Rare;
                default: json.Skip(); break;
            }
        return linux;
    }

    private static OciNamespace Namespace(ref Utf8JsonReader json)
    {
        var one = new OciNamespace();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "type": one.Type = Text(ref json)!; break;
                case "path": one.Path = Text(ref json); break;
                default: json.Skip(); break;
            }
        return one;
    }

    private static OciDevice Device(ref Utf8JsonReader json)
    {
        var device = new OciDevice();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "path": device.Path = Text(ref json)!; break;
                case "type": device.Type = Text(ref json)!; break;
                case "major": device.Major = Signed(ref json); break;
                case "minor": device.Minor = Signed(ref json); break;
                case "fileMode": device.FileMode = MaybeId(ref json); break;
                case "uid": device.Uid = MaybeId(ref json); break;
                case "gid": device.Gid = MaybeId(ref json); break;
                default: json.Skip(); break;
            }
        return device;
    }

    /// <summary>What no engine writes by itself.</summary>
    internal static JsonException Rare => new("rare");
}
