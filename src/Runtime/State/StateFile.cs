using System.Text.Json;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Minirun.Runtime.Spec.Json;
using static Minirun.Runtime.Spec.Json.JsonMembers;

namespace Minirun.Runtime.State;

/// <summary>
/// The text of state.json. Read and written by hand: every verb does it, and the serializer's first use costs a millisecond, as much as all
/// the rest of start or delete. Members may come in any order and be missing; unknown ones are passed over.
/// </summary>
internal static class StateFile
{
    public static byte[] Write(ContainerRecord record)
    {
        using var bytes = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("ociVersion"u8, record.OciVersion);
            writer.WriteString("id"u8, record.Id);
            writer.WriteNumber("pid"u8, record.Pid);
            writer.WriteNumber("startTime"u8, record.StartTime);
            writer.WriteString("bundle"u8, record.Bundle);
            writer.WriteString("rootfs"u8, record.Rootfs);
            writer.WriteString("created"u8, record.Created);
            writer.WriteNumber("ownerUid"u8, record.OwnerUid);
            writer.WriteBoolean("sharesPidNamespace"u8, record.SharesPidNamespace);
            if (record.Annotations is not null) JsonMap.Write(writer, "annotations"u8, record.Annotations);
            if (record.Cgroup is not null) WriteCgroup(writer, record.Cgroup);
            if (record.Resctrl is not null) WriteResctrl(writer, record.Resctrl);
            if (record.HostRoot is not null) WriteHostRoot(writer, record.HostRoot);
            if (record.Updates is not null)
            {
                writer.WritePropertyName("updates"u8);
                JsonSerializer.Serialize(writer, record.Updates, OciJson.Default.OciResources);
            }
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <exception cref="JsonException">It is no state.</exception>
    public static ContainerRecord Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (!Begins(ref reader)) throw new JsonException("null");
        var record = new ContainerRecord();
        while (Next(ref reader, out string name))
        {
            switch (name)
            {
                case "ociVersion": record.OciVersion = Text(ref reader) ?? ""; break;
                case "id": record.Id = Text(ref reader) ?? ""; break;
                case "pid": record.Pid = Small(ref reader); break;
                case "startTime": record.StartTime = Number(ref reader); break;
                case "bundle": record.Bundle = Text(ref reader) ?? ""; break;
                case "rootfs": record.Rootfs = Text(ref reader) ?? ""; break;
                case "created": record.Created = Text(ref reader) ?? ""; break;
                case "ownerUid": record.OwnerUid = Id(ref reader); break;
                case "sharesPidNamespace": record.SharesPidNamespace = Flag(ref reader); break;
                case "annotations": record.Annotations = Map(ref reader); break;
                case "cgroup": record.Cgroup = ReadCgroup(ref reader); break;
                case "resctrl": record.Resctrl = ReadResctrl(ref reader); break;
                case "hostRoot": record.HostRoot = ReadHostRoot(ref reader); break;
                case "updates": record.Updates = JsonSerializer.Deserialize(ref reader, OciJson.Default.OciResources); break;
                default: reader.Skip(); break;
            }
        }
        End(ref reader);
        return record;
    }

    private static void WriteCgroup(Utf8JsonWriter writer, CgroupState cgroup)
    {
        writer.WriteStartObject("cgroup"u8);
        writer.WriteNumber("driver"u8, (int)cgroup.Driver);
        JsonMap.Write(writer, "paths"u8, cgroup.Paths);
        if (cgroup.Inodes.Count > 0)
        {
            writer.WriteStartObject("inodes"u8);
            foreach (var (controller, inode) in cgroup.Inodes) writer.WriteNumber(controller, inode);
            writer.WriteEndObject();
        }
        if (cgroup.Unit is not null) writer.WriteString("unit"u8, cgroup.Unit);
        writer.WriteBoolean("userBus"u8, cgroup.UserBus);
        writer.WriteBoolean("inUserNamespace"u8, cgroup.InUserNamespace);
        writer.WriteEndObject();
    }

    private static CgroupState? ReadCgroup(ref Utf8JsonReader reader)
    {
        if (!Begins(ref reader)) return null;
        var cgroup = new CgroupState();
        while (Next(ref reader, out string name))
        {
            switch (name)
            {
                case "driver": cgroup.Driver = (CgroupDriver)Small(ref reader); break;
                case "paths": cgroup.Paths = Map(ref reader) ?? []; break;
                case "inodes": ReadInodes(ref reader, cgroup.Inodes); break;
                case "unit": cgroup.Unit = Text(ref reader); break;
                case "userBus": cgroup.UserBus = Flag(ref reader); break;
                case "inUserNamespace": cgroup.InUserNamespace = Flag(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return cgroup;
    }

    private static void ReadInodes(ref Utf8JsonReader reader, Dictionary<string, ulong> inodes)
    {
        if (!Begins(ref reader)) return;
        while (Next(ref reader, out string controller)) inodes[controller] = Number(ref reader);
    }

    private static void WriteResctrl(Utf8JsonWriter writer, ResctrlState resctrl)
    {
        writer.WriteStartObject("resctrl"u8);
        writer.WriteString("group"u8, resctrl.Group);
        writer.WriteBoolean("isOwn"u8, resctrl.IsOwn);
        if (resctrl.Monitor is not null) writer.WriteString("monitor"u8, resctrl.Monitor);
        writer.WriteEndObject();
    }

    private static ResctrlState? ReadResctrl(ref Utf8JsonReader reader)
    {
        if (!Begins(ref reader)) return null;
        var resctrl = new ResctrlState();
        while (Next(ref reader, out string name))
        {
            switch (name)
            {
                case "group": resctrl.Group = Text(ref reader) ?? ""; break;
                case "isOwn": resctrl.IsOwn = Flag(ref reader); break;
                case "monitor": resctrl.Monitor = Text(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return resctrl;
    }

    private static void WriteHostRoot(Utf8JsonWriter writer, HostRootState root)
    {
        writer.WriteStartObject("hostRoot"u8);
        writer.WriteNumber("mount"u8, root.Mount);
        writer.WriteNumber("inode"u8, root.Inode);
        writer.WriteEndObject();
    }

    private static HostRootState? ReadHostRoot(ref Utf8JsonReader reader)
    {
        if (!Begins(ref reader)) return null;
        var root = new HostRootState();
        while (Next(ref reader, out string name))
        {
            switch (name)
            {
                case "mount": root.Mount = Number(ref reader); break;
                case "inode": root.Inode = Number(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return root;
    }
}
