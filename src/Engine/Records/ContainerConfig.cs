using System.Text.Json;
using System.Text.Json.Serialization;
using static Minirun.Runtime.Spec.Json.JsonValues;

namespace Minirun.Engine.Records;

/// <summary>
/// container.json: what a container was made with. The OCI configuration stands beside it, in config.json. It writes itself: the serializer
/// would have to make itself ready at each start. A test compares the two.
/// </summary>
public sealed class ContainerConfig
{
    /// <summary>64 hexadecimal digits.</summary>
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";

    /// <summary>RFC 3339, UTC.</summary>
    public string Created { get; set; } = "";

    /// <summary>The root file system's directory.</summary>
    public string Rootfs { get; set; } = "";

    /// <summary>What the user called it: an image's name later, the directory as given now.</summary>
    public string Image { get; set; } = "";
    public List<string> Command { get; set; } = [];
    public List<string> Env { get; set; } = [];

    /// <summary>The words after run or create that made it, and where they were typed.</summary>
    public List<string> CreateCommand { get; set; } = [];
    public string CreateDirectory { get; set; } = "";
    public Dictionary<string, string> Labels { get; set; } = [];
    public string Hostname { get; set; } = "";
    public bool Tty { get; set; }
    public bool OpenStdin { get; set; }

    /// <summary>--rm.</summary>
    public bool AutoRemove { get; set; }

    /// <summary>--privileged.</summary>
    public bool Privileged { get; set; }

    /// <summary>builtin, crun, runc, or the path of an OCI runtime.</summary>
    public string Runtime { get; set; } = "builtin";

    /// <summary>Its cgroup is a scope of systemd's.</summary>
    public bool SystemdCgroup { get; set; }
    public string LogDriver { get; set; } = "json-file";
    public Dictionary<string, string> LogOptions { get; set; } = [];
    public RestartPolicy Restart { get; set; } = new();
    public string StopSignal { get; set; } = "SIGTERM";

    /// <summary>Seconds.</summary>
    public int StopTimeout { get; set; } = 10;

    /// <summary>Seconds after which it is killed; 0: never.</summary>
    public double Timeout { get; set; }
    public HealthCheck? Health { get; set; }

    /// <summary>--sdnotify; null: not said.</summary>
    public string? SdNotify { get; set; }

    /// <summary>Volumes by name, with where they are mounted.</summary>
    public List<VolumeUse> Volumes { get; set; } = [];

    /// <summary>The mode of --net, and what goes with it.</summary>
    public NetworkUse Network { get; set; } = new();

    internal void Write(Utf8JsonWriter json)
    {
        Text(json, "id"u8, Id);
        Text(json, "name"u8, Name);
        Text(json, "created"u8, Created);
        Text(json, "rootfs"u8, Rootfs);
        Text(json, "image"u8, Image);
        Texts(json, "command"u8, Command);
        Texts(json, "env"u8, Env);
        Texts(json, "createCommand"u8, CreateCommand);
        Text(json, "createDirectory"u8, CreateDirectory);
        Map(json, "labels"u8, Labels);
        Text(json, "hostname"u8, Hostname);
        json.WriteBoolean("tty"u8, Tty);
        json.WriteBoolean("openStdin"u8, OpenStdin);
        json.WriteBoolean("autoRemove"u8, AutoRemove);
        json.WriteBoolean("privileged"u8, Privileged);
        Text(json, "runtime"u8, Runtime);
        json.WriteBoolean("systemdCgroup"u8, SystemdCgroup);
        Text(json, "logDriver"u8, LogDriver);
        Map(json, "logOptions"u8, LogOptions);
        Object(json, "restart"u8, Restart, static (json, restart) => restart.Write(json));
        Text(json, "stopSignal"u8, StopSignal);
        json.WriteNumber("stopTimeout"u8, StopTimeout);
        json.WriteNumber("timeout"u8, Timeout);
        Object(json, "health"u8, Health, static (json, health) => health.Write(json));
        Text(json, "sdNotify"u8, SdNotify);
        Objects(json, "volumes"u8, Volumes, static (json, use) => use.Write(json));
        Object(json, "network"u8, Network, static (json, network) => network.Write(json));
    }
}

/// <summary>--restart.</summary>
public sealed class RestartPolicy
{
    /// <summary>no, on-failure, always or unless-stopped.</summary>
    public string Name { get; set; } = "no";

    /// <summary>Of on-failure; 0: any number of times.</summary>
    public int MaximumRetryCount { get; set; }

    /// <summary>Whether one that ended so is to be started again, when nobody stopped it.</summary>
    internal bool Wants(ContainerState state) => Name switch
    {
        "always" or "unless-stopped" => true,
        "on-failure" => state.ExitCode != 0 && (MaximumRetryCount == 0 || state.RestartCount < MaximumRetryCount),
        _ => false,
    };

    internal void Write(Utf8JsonWriter json)
    {
        Text(json, "name"u8, Name);
        json.WriteNumber("maximumRetryCount"u8, MaximumRetryCount);
    }
}

/// <summary>--health-cmd and what goes with it. Times in seconds.</summary>
public sealed class HealthCheck
{
    /// <summary>A command of the container's shell.</summary>
    public string Command { get; set; } = "";
    public double Interval { get; set; } = 30;
    public double Timeout { get; set; } = 30;
    public double StartPeriod { get; set; }
    public int Retries { get; set; } = 3;

    internal void Write(Utf8JsonWriter json)
    {
        Text(json, "command"u8, Command);
        json.WriteNumber("interval"u8, Interval);
        json.WriteNumber("timeout"u8, Timeout);
        json.WriteNumber("startPeriod"u8, StartPeriod);
        json.WriteNumber("retries"u8, Retries);
    }
}

public sealed class VolumeUse
{
    public string Name { get; set; } = "";
    public string Driver { get; set; } = "local";
    public string Destination { get; set; } = "";
    public bool ReadOnly { get; set; }

    /// <summary>What the root file system has there is not copied into it when it is empty.</summary>
    public bool NoCopy { get; set; }

    /// <summary>Made for this container, without a name of its own: goes with `rm -v`.</summary>
    public bool Anonymous { get; set; }

    internal void Write(Utf8JsonWriter json)
    {
        Text(json, "name"u8, Name);
        Text(json, "driver"u8, Driver);
        Text(json, "destination"u8, Destination);
        json.WriteBoolean("readOnly"u8, ReadOnly);
        json.WriteBoolean("noCopy"u8, NoCopy);
        json.WriteBoolean("anonymous"u8, Anonymous);
    }
}

public sealed class NetworkUse
{
    /// <summary>
    /// host, none, auto (a user's default), pasta, slirp4netns, bridge, container:NAME, ns:PATH, or the name of a network.
    /// </summary>
    public string Mode { get; set; } = "host";

    /// <summary>As given: [[IP:]HOST:]CONTAINER[/PROTOCOL].</summary>
    public List<string> Ports { get; set; } = [];
    public string? Ip { get; set; }
    public List<string> Dns { get; set; } = [];
    public List<string> DnsSearch { get; set; } = [];
    public List<string> DnsOptions { get; set; } = [];

    /// <summary>NAME:ADDRESS.</summary>
    public List<string> AddHosts { get; set; } = [];

    /// <summary>More names that it has on its network.</summary>
    public List<string> Aliases { get; set; } = [];

    internal void Write(Utf8JsonWriter json)
    {
        Text(json, "mode"u8, Mode);
        Texts(json, "ports"u8, Ports);
        Text(json, "ip"u8, Ip);
        Texts(json, "dns"u8, Dns);
        Texts(json, "dnsSearch"u8, DnsSearch);
        Texts(json, "dnsOptions"u8, DnsOptions);
        Texts(json, "addHosts"u8, AddHosts);
        Texts(json, "aliases"u8, Aliases);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ContainerConfig))]
[JsonSerializable(typeof(ContainerState))]
[JsonSerializable(typeof(FlightRecord))]
internal sealed partial class EngineJson : JsonSerializerContext;
