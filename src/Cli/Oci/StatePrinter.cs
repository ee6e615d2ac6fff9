using System.Text.Json;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci;

/// <summary>A container's state as JSON, its members in runc's order.</summary>
internal static class StatePrinter
{
    public static void Write(Utf8JsonWriter writer, Container container, string owner)
    {
        ContainerRecord record = container.Record;
        ContainerStatus status = container.Status();
        writer.WriteStartObject();
        writer.WriteString("ociVersion", record.OciVersion);
        writer.WriteString("id", container.Id);
        writer.WriteNumber("pid", Pid(record, status));
        writer.WriteString("status", Container.Word(status));
        writer.WriteString("bundle", record.Bundle);
        writer.WriteString("rootfs", record.Rootfs);
        writer.WriteString("created", record.Created);
        if (record.Annotations is { Count: > 0 } annotations)
        {
            writer.WriteStartObject("annotations");
            foreach (var (name, value) in annotations) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        writer.WriteString("owner", owner);
        writer.WriteEndObject();
    }

    /// <summary>The pid of a process that has ended is nobody's.</summary>
    public static int Pid(ContainerRecord record, ContainerStatus status) => status == ContainerStatus.Stopped ? 0 : record.Pid;
}
