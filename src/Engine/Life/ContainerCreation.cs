using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Runtime;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Engine.Life;

/// <summary>Makes containers, and gives them other names.</summary>
public static class ContainerCreation
{
    /// <summary>Makes a container with its volumes and its configuration. It is not started.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="warn">Told of what it has less of than was to be expected.</param>
    /// <exception cref="UserError">It cannot be had, or the name is taken. Nothing is left of it.</exception>
    public static EngineContainer Create(ContainerStore store, ContainerRequest request, Action<string> warn)
    {
        (RunOptions options, EngineOptions engine) = (request.Options, request.Engine);
        options.DieWithParent = false;
        if (options.Detach) options.Tty ??= false;
        string image = options.Rootfs ?? "";
        using var volumes = new ResolvedVolumes(options.Mounts, engine.VolumeDriver, engine.VolumesFrom, store);
        var host = new Host();
        string? less = NetworkChoice.Make(options, engine, store);
        var builder = new SpecBuilder(options, host);
        builder.Complete();
        ContainerSpec spec = builder.Spec;
        if (spec.Warning is { } warning) warn(warning);
        ContainerConfig config = Describe(request, spec.Oci, image);
        config.Volumes = volumes.Uses;
        RequestCheck.Check(options, spec, config, store, host);
        config.Id = RandomId.New();
        ContainerNetwork.Configure(spec.Oci, config, store, ExecutionDrivers.IsOurs(config.Runtime));
        spec.Oci.Annotations?.Remove("minirun.name");
        CgroupChoice.Make(spec, config, options, host);
        CgroupChoice.KeepMountsInside(spec.Oci, config);
        EngineContainer made = store.Create(config, spec.Oci.ToBytes());
        EngineEvents.Add(made, "create");
        volumes.Keep();
        if (less is not null) warn(less);
        return made;
    }

    /// <param name="container">The caller holds its lock.</param>
    /// <exception cref="UserError">The name is taken.</exception>
    public static void Rename(EngineContainer container, string name)
    {
        string before = container.Config.Name;
        new ContainerStore(container.Paths).Rename(container, name);
        EngineEvents.Add(container, "rename", "oldName", "/" + before);
    }

    /// <summary>What is kept of it, besides what its flags have written there.</summary>
    private static ContainerConfig Describe(ContainerRequest request, OciSpec oci, string image)
    {
        RunOptions options = request.Options;
        ContainerConfig config = request.Engine.Config;
        config.Name = options.Name ?? "";
        config.Created = ContainerRecord.Now();
        config.CreateCommand = request.Words;
        config.CreateDirectory = request.Directory;
        config.Rootfs = oci.Root.Path;
        config.Image = image;
        config.Command = oci.Process.Args;
        config.Env = oci.Process.Env;
        config.Hostname = oci.Hostname ?? "";
        config.Tty = oci.Process.Terminal;
        // In the foreground stdin always goes in, as without a monitor.
        config.OpenStdin = options.Interactive || !options.Detach;
        config.AutoRemove = options.Remove;
        config.Privileged = options.Privileged;
        config.Timeout = options.Timeout?.TotalSeconds ?? 0;
        return config;
    }
}
