using static Minirun.Runtime.Spec.Json.JsonValues;

namespace Minirun.Engine.Records;

/// <summary>
/// container.json and state.json written by hand: the serializer would have to make itself ready at each start. A test compares the two.
/// </summary>
internal static class ContainerJson
{
    public static byte[] Write(ContainerConfig config) => Document(capacity: 2048, config, static (json, config) =>
    {
        Text(json, "id"u8, config.Id);
        Text(json, "name"u8, config.Name);
        Text(json, "created"u8, config.Created);
        Text(json, "rootfs"u8, config.Rootfs);
        Text(json, "image"u8, config.Image);
        Texts(json, "command"u8, config.Command);
        Texts(json, "env"u8, config.Env);
        Texts(json, "createCommand"u8, config.CreateCommand);
        Text(json, "createDirectory"u8, config.CreateDirectory);
        Map(json, "labels"u8, config.Labels);
        Text(json, "hostname"u8, config.Hostname);
        json.WriteBoolean("tty"u8, config.Tty);
        json.WriteBoolean("openStdin"u8, config.OpenStdin);
        json.WriteBoolean("autoRemove"u8, config.AutoRemove);
        json.WriteBoolean("privileged"u8, config.Privileged);
        Text(json, "runtime"u8, config.Runtime);
        json.WriteBoolean("systemdCgroup"u8, config.SystemdCgroup);
        Text(json, "logDriver"u8, config.LogDriver);
        Map(json, "logOptions"u8, config.LogOptions);
        Object(json, "restart"u8, config.Restart, static (json, restart) =>
        {
            Text(json, "name"u8, restart.Name);
            json.WriteNumber("maximumRetryCount"u8, restart.MaximumRetryCount);
        });
        Text(json, "stopSignal"u8, config.StopSignal);
        json.WriteNumber("stopTimeout"u8, config.StopTimeout);
        json.WriteNumber("timeout"u8, config.Timeout);
        Object(json, "health"u8, config.Health, static (json, health) =>
        {
            Text(json, "command"u8, health.Command);
            json.WriteNumber("interval"u8, health.Interval);
            json.WriteNumber("timeout"u8, health.Timeout);
            json.WriteNumber("startPeriod"u8, health.StartPeriod);
            json.WriteNumber("retries"u8, health.Retries);
        });
        Text(json, "sdNotify"u8, config.SdNotify);
        Objects(json, "volumes"u8, config.Volumes, static (json, use) =>
        {
            Text(json, "name"u8, use.Name);
            Text(json, "driver"u8, use.Driver);
            Text(json, "destination"u8, use.Destination);
            json.WriteBoolean("readOnly"u8, use.ReadOnly);
            json.WriteBoolean("noCopy"u8, use.NoCopy);
            json.WriteBoolean("anonymous"u8, use.Anonymous);
        });
        Object(json, "network"u8, config.Network, static (json, network) =>
        {
            Text(json, "mode"u8, network.Mode);
            Texts(json, "ports"u8, network.Ports);
            Text(json, "ip"u8, network.Ip);
            Texts(json, "dns"u8, network.Dns);
            Texts(json, "dnsSearch"u8, network.DnsSearch);
            Texts(json, "dnsOptions"u8, network.DnsOptions);
            Texts(json, "addHosts"u8, network.AddHosts);
            Texts(json, "aliases"u8, network.Aliases);
        });
    });

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
