using Minirun.Engine.Execution;
using Minirun.Engine.Logs;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Life;

/// <summary>What is wrong with a request is said when the container is made, to whoever asks for it, and not by a monitor later.</summary>
internal static class RequestCheck
{
    /// <exception cref="UserError">It cannot be had.</exception>
    public static void Check(RunOptions options, ContainerSpec spec, ContainerConfig config, ContainerStore store, Host host)
    {
        CheckSources(spec, config.Volumes, host);
        CheckTogether(config);
        _ = new LogConfig(config.LogDriver, config.LogOptions);
        if (config.Runtime != ExecutionDrivers.Builtin) CheckRuntime(options, config.Runtime, store);
    }

    /// <summary>
    /// As in the foreground, in the words of the command line. What volumes show is known when they are mounted, at the start.
    /// </summary>
    private static void CheckSources(ContainerSpec spec, List<VolumeUse> volumes, Host host)
    {
        foreach (OciMount mount in spec.Oci.Mounts)
            if (MountOptions.Parse(mount.Options).IsBind && spec.UserMounts.Contains(mount.Destination)
                && !volumes.Exists(volume => volume.Destination == mount.Destination))
                BindSource.Find(mount, host, out _);
    }

    /// <summary>What one flag says is right, and does not go with what another says.</summary>
    private static void CheckTogether(ContainerConfig config)
    {
        if (config.Health is { Command: "" })
            throw new UserError("--health-interval and the like: there is no health check", "give --health-cmd COMMAND");
        SdNotify.Check(config.SdNotify, config.Health is not null);
        if (config.AutoRemove && config.Restart.Name != "no")
            throw new UserError("conflicting options: --restart and --rm", "a container that is removed cannot be started again");
    }

    /// <summary>It is there, and can what is asked for; our own can all.</summary>
    private static void CheckRuntime(RunOptions options, string runtime, ContainerStore store)
    {
        _ = ExecutionDrivers.Of(runtime, store.Paths);
        if (options.Ephemeral)
            throw new UserError($"--ephemeral: not with --runtime {runtime}",
                "drop --runtime, or give it a copy of the root file system");
        if (options.Init)
            throw new UserError($"--init: not with --runtime {runtime}",
                "drop --runtime, or run an init program of the root file system");
    }
}
