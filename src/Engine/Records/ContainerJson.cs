using static Minirun.Runtime.Spec.Json.JsonValues;

namespace Minirun.Engine.Records;

/// <summary>
/// container.json and state.json written by hand: the serializer would have to make itself ready at each start. A test compares the two.
/// </summary>
internal static class ContainerJson
{
    public static byte[] Write(ContainerConfig config) =>
        Document(capacity: 2048, config, static (json, config) => config.Write(json));

    public static byte[] Write(ContainerState state) => Document(capacity: 2048, state, static (json, state) =>
    {
        Text(json, "status"u8, state.Status);
        json.WriteNumber("pid"u8, state.Pid);
        json.WriteNumber("startTime"u8, state.StartTime);
        json.WriteNumber("monitorPid"u8, state.MonitorPid);
        Text(json, "bootId"u8, state.BootId);
        json.WriteNumber("exitCode"u8, state.ExitCode);
        Text(json, "cause"u8, state.Cause);
        json.WriteBoolean("oomKilled"u8, state.OomKilled);
        Text(json, "error"u8, state.Error);
        Text(json, "startedAt"u8, state.StartedAt);
        Text(json, "finishedAt"u8, state.FinishedAt);
        json.WriteNumber("restartCount"u8, state.RestartCount);
        Text(json, "health"u8, state.Health);
        json.WriteNumber("healthFailures"u8, state.HealthFailures);
        json.WriteNumber("signal"u8, state.Signal);
        json.WriteBoolean("asked"u8, state.Asked);
        json.WriteNumber("memoryPeak"u8, state.MemoryPeak);
        json.WriteBoolean("memoryIsCgroups"u8, state.MemoryIsCgroups);
        json.WriteNumber("memoryLimit"u8, state.MemoryLimit);
        Text(json, "deniedCall"u8, state.DeniedCall);
        Objects(json, "steps"u8, state.Steps, static (json, step) =>
        {
            Text(json, "name"u8, step.Name);
            json.WriteNumber("at"u8, step.At);
        });
        Text(json, "failedStep"u8, state.FailedStep);
        Object(json, "before"u8, state.Before, static (json, end) =>
        {
            Text(json, "startedAt"u8, end.StartedAt);
            Text(json, "finishedAt"u8, end.FinishedAt);
            json.WriteNumber("exitCode"u8, end.ExitCode);
            Text(json, "cause"u8, end.Cause);
            json.WriteNumber("signal"u8, end.Signal);
        });
        json.WriteNumber("logLost"u8, state.LogLost);
        Text(json, "logTrouble"u8, state.LogTrouble);
    });
}
