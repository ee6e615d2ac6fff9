using System.Globalization;
using System.Text;
using Minirun.Cli.CommandLine;
using Minirun.Cli.ContainerFiles;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Container;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Cli.Verbs.Run;

/// <summary><c>run -d</c>, <c>run</c> with a flag of the engine's, and <c>create</c>: a background container.</summary>
internal static class EngineRun
{
    private const int Patience = 30_000;   // ms

    /// <summary>Gives the exit code: 0 when detached, else the command's.</summary>
    public static int Run(RunRequest options)
    {
        if (!options.Detach) new Host().CheckStreams();
        using CidFile? cidFile = CidFile.Make(options.CidFile);
        EngineContainer container = Make(options);
        AttachSession? session = null;
        try
        {
            Start(options, container, cidFile, () => session = AttachSession.Open(container, input: true, options.Engine.DetachKeys));
            if (options.Detach)
            {
                TextOutput.Line(container.Id);
                return 0;
            }
            int status = session!.Run();
            session.TellWhy(options.Resources?.Memory?.Limit);
            // With --rm it is gone when we are; unless our user has left it alone.
            if (options.Remove && ContainerRepair.State(container) is var state
                && !(state.Status == ContainerState.Running && EngineContainer.IsAlive(state)))
                container.WaitForMonitor(Patience);
            return status;
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <summary>One that does not come up is gone when anybody hears of it. With -d it stays, to be looked at and started again.</summary>
    private static void Start(RunOptions options, EngineContainer container, CidFile? cidFile, Action attach)
    {
        try
        {
            cidFile?.Write(container.Id);
            if (options is { Detach: true, Remove: false }) cidFile?.Keep();
            using (ContainerLock.Await(container)) MonitorProcess.Start(container, options.Detach ? null : attach);
            if (options.PidFile is { } file) AtomicPid(file, ContainerRepair.State(container).Pid);
            cidFile?.Keep();
        }
        catch (Exception error) when (Message.Has(error) && (options.Remove || !options.Detach))
        {
            TakeAway(container);
            throw;
        }
    }

    /// <summary>With all that was made for it. What goes wrong here is not said: what went wrong before is.</summary>
    private static void TakeAway(EngineContainer container)
    {
        try
        {
            // With --rm its monitor removes it.
            if (!container.IsRunning) container.WaitForMonitor(Patience);
            if (!Directory.Exists(container.Directory)) return;
            using IDisposable held = ContainerLock.Await(container);
            ContainerEnd.Force(container);
            if (!Directory.Exists(container.Directory)) return;
            ContainerRemoval.Remove(container);
            ContainerVolumes.RemoveAnonymous(container);
        }
        catch (Exception error) when (Message.Has(error))
        {
            // `minirun ps -a` shows it, and `rm` removes it.
        }
    }

    /// <summary><c>create</c>: prints the id.</summary>
    public static int Create(ReadOnlySpan<string> arguments)
    {
        RunRequest options = WholeRequest.Read(RunParser.Parse(arguments));
        options.Detach = true;
        using CidFile? cidFile = CidFile.Make(options.CidFile);
        EngineContainer container = Make(options);
        cidFile?.Write(container.Id);
        cidFile?.Keep();
        TextOutput.Line(container.Id);
        return 0;
    }

    private static EngineContainer Make(RunRequest options)
    {
        if (SeenRun.IsWanted(options))
        {
            string kind = options.Detach
                ? "a background container"
                : $"{options.MonitoredFor}, which is for containers with a monitor";
            throw new UserError($"--explain, --step, --dry-run, --print-spec and --without do not go with {kind}",
                "they show a container that minirun itself minds, in the foreground: drop the other flag");
        }
        options.DieWithParent = false;
        if (options.Detach) options.Tty ??= false;
        string image = options.Rootfs ?? "";
        ContainerStore store = ContainerStores.Own;
        using var volumes = new ResolvedVolumes(options.Mounts, options.Engine.VolumeDriver, options.Engine.VolumesFrom, store);
        var host = new Host();
        NetworkFlags.Choose(options, store, out string? less);
        var builder = new SpecBuilder(options, host);
        builder.Complete();
        OciSpec oci = builder.Spec.Oci;
        if (builder.Spec.Warning is { } warning) Message.Warning(warning);
        ContainerConfig config = options.Engine.Config;
        config.Name = options.Name ?? "";
        config.Created = ContainerRecord.Now();
        config.CreateCommand = CreationWords.Read();
        config.CreateDirectory = CurrentDirectory.TryPath ?? "/";
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
        config.Volumes = volumes.Uses;
        CheckSources(builder.Spec, volumes.Uses, host);
        Check(config);
        // What is wrong with them is said now, not by a monitor.
        _ = new LogConfig(config.LogDriver, config.LogOptions);
        if (config.Runtime != ExecutionDrivers.Builtin) CheckRuntime(options, config.Runtime, store);
        config.Id = RandomId.New();
        ContainerNetwork.Configure(oci, config, store, ExecutionDrivers.IsOurs(config.Runtime));
        oci.Annotations?.Remove("minirun.name");
        EngineCgroup.Choose(builder.Spec, config, options, host);
        EngineCgroup.KeepMountsInside(oci, config);
        EngineContainer made = ContainerCreation.Create(store, config, oci.ToBytes());
        volumes.Keep();
        if (less is not null) Message.Warning(less);
        return made;
    }

    /// <summary>What one flag says is right, and does not go with what another says.</summary>
    private static void Check(ContainerConfig config)
    {
        if (config.Health is { Command: "" })
            throw new UserError("--health-interval and the like: there is no health check", "give --health-cmd COMMAND");
        SdNotify.Check(config.SdNotify, config.Health is not null);
        if (config.AutoRemove && config.Restart.Name != "no")
            throw new UserError("conflicting options: --restart and --rm", "a container that is removed cannot be started again");
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

    private static void AtomicPid(string path, int pid)
    {
        byte[] text = Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture) + "\n");
        Minirun.Engine.AtomicFile.Write(path, text, 0x1a4 /* 0644 */);
    }
}
