using Minirun.Linux.Calls;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// From a bundle to a container: state directory, cgroup, child. What it made is undone when anything fails, and is written down before, so
/// that <c>delete --force</c> can undo it when we are killed.
/// </summary>
internal sealed class ContainerMaker : IDisposable
{
    private readonly OciGlobals _globals;
    private readonly CreateOptions _options;
    private readonly Host _host = new();
    private readonly string _bundle;
    private readonly OciSpec _oci;
    private readonly HostRoot? _hostRoot;

    /// <summary>Reads the bundle, and takes the id.</summary>
    /// <exception cref="UserError">The bundle is not good, or the id taken.</exception>
    public ContainerMaker(OciGlobals globals, CreateOptions options, bool waits)
    {
        _globals = globals;
        _options = options;
        _bundle = CurrentDirectory.FullPath(options.Bundle);
        byte[] json = Bundle.ReadFile(Path.GetFullPath(options.Config ?? Bundle.ConfigName, _bundle));
        _oci = Bundle.Parse(json, options.Config ?? Bundle.ConfigName);
        CheckTerminal(_oci.Process.Terminal, options.ConsoleSocket is { Length: > 0 }, detached: waits || options.Detach);
        Directory = new StateStore(globals.Root).Create(options.Id);
        try
        {
            Record = new ContainerRecord
            {
                OciVersion = _oci.OciVersion,
                Id = options.Id,
                Bundle = _bundle,
                Created = ContainerRecord.Now(),
                OwnerUid = unistd.geteuid(),
                Annotations = _oci.Annotations,
                SharesPidNamespace = !_oci.Linux.Namespaces.Exists(each => each is { Type: "pid", Path: null or "" }),
            };
            Directory.WriteConfig(json);
            Cgroup = MakeCgroup();
            if (_oci.Linux.IntelRdt is { } rdt)
                Record.Resctrl =
                    ResctrlGroup.Make(ResctrlGroup.Root(_host.Mounts), options.Id, rdt, path => Directory.Intend([path], isOurs: true));
            Spec = BundleSpec.From(_oci, _bundle, _host, new BundleOptions
            {
                HasCgroup = Cgroup is not null,
                NoPivot = options.NoPivot,
                NoNewKeyring = options.NoNewKeyring,
                PreserveFds = options.PreserveFds + ListenFds(),
                IsForeground = !waits && !options.Detach,
            });
            Spec.PlainNewlines = !waits && !options.Detach;
            if (Spec is { OwnsPipes: true, Relayed: not 0 }) Spec.Warn(StandardStream.NotForDetached);
            else if (_oci.Process is { Terminal: true, ConsoleSize: null }) _oci.Process.ConsoleSize = _host.TerminalSize;
            if (!waits && !options.Detach) Notify();
            Record.Rootfs = _oci.Root.Path;
            Record.Cgroup = Cgroup?.State;
            if (waits) Wait();
            _hostRoot = Spec.MountsOnHost ? HostRoot.Prepare(Record.Rootfs) : null;
            Record.HostRoot = _hostRoot?.State;
            Directory.Write(Record);
            if (_hostRoot is not null) Directory.NoteHostRoot(_hostRoot.State, Record.Rootfs);
            _hostRoot?.Mount();
        }
        catch
        {
            Undo();
            throw;
        }
    }

    public ContainerDirectory Directory { get; }
    public ContainerRecord Record { get; }
    public ContainerSpec Spec { get; }
    public Cgroup? Cgroup { get; }

    /// <summary>What it has in the place of our own stdin, stdout and stderr.</summary>
    public StreamRelay? Streams { get; private set; }

    /// <summary>Clones the child; what it then needs of us is the caller's to give.</summary>
    public (ContainerPlan Plan, LaunchedContainer Container) Launch()
    {
        if (!Spec.Has(sched.CLONE_NEWUSER) && !Spec.Joins(sched.CLONE_NEWUSER) && Spec.Namespaces != 0
            && (_host.Capabilities & 1UL << capability.CAP_SYS_ADMIN) == 0)
            throw new UserError("rootless container requires user namespaces",
                "`minirun-oci spec --rootless` writes a config.json that has one; linux.namespaces needs {\"type\": \"user\"}");
        var planner = new Planner(Spec, _host);
        ContainerPlan plan = planner.Begin();
        void Complete(int pid)
        {
            Cgroup?.Enter(pid);
            if (Record.Resctrl is { } resctrl) ResctrlGroup.Enter(resctrl, pid);
            Record.Pid = pid;
            Record.StartTime = ProcessIdentity.StartTime(pid);
            Directory.NoteInit(pid, Record.StartTime);
            Record.Cgroup = Cgroup?.State;
            Directory.Write(Record);
            Spec.OwnCgroups = CgroupsOf(Record);
            Spec.State = Record.State(OciState.Creating, pid);
            planner.Complete();
        }
        _globals.Trace?.Invoke(
            $"container {Record.Id}: starting {_bundle}, cgroup {Cgroup?.State.Paths.Values.FirstOrDefault() ?? "none"}");
        Streams = StreamRelay.Open(plan);
        LaunchedContainer container = Launcher.Start(plan, _host, PlanMode.Quiet, null, Complete, Cgroup?.Birth);
        Streams?.HandedOver();
        foreach (string warning in Spec.Warnings ?? []) _globals.Warn(warning);
        _globals.Trace?.Invoke(
            $"container {Record.Id}: process {container.Pid} carries out {plan.Operations.Count} operations (minirun run --explain shows "
                + $"such)");
        // Only the child keeps them: their end is its end, or its execve.
        foreach (int fd in (ReadOnlySpan<int>)[Spec.StartSocket, Spec.InitLock])
            if (fd > 2) unistd.close(fd);
        return (plan, container);
    }

    /// <summary>What a container may be shown of the cgroups.</summary>
    internal static IReadOnlyDictionary<string, string> CgroupsOf(ContainerRecord record) => record.Cgroup?.Paths ?? [];

    public ParentPart ParentPart() => new()
    {
        Warn = _globals.Warn,
        RunHooks = RunHooks,
        TakeTerminal = _options.ConsoleSocket is { Length: > 0 } path ? master => GiveTerminal(path, master) : null,
        TakeListener = GiveListener
    };

    private void GiveListener(int listener) =>
        SeccompAgent.Give(Spec, listener, Record.Pid, Spec.State! with { Status = OciState.Creating, Pid = Record.Pid });

    /// <summary>What the caller wants to know of the process: its pid in a file, a pidfd through a socket.</summary>
    public void Announce(LaunchedContainer container)
    {
        if (_options.PidFile is { Length: > 0 } file) PidFile.Write(file, container.Pid);
        if (_options.PidfdSocket is { Length: > 0 } socket) UnixSocket.Give(socket, container.PidFd, "pidfd");
    }

    /// <summary>Whether the kernel killed for want of memory, in words.</summary>
    public string? OutOfMemory() =>
        Cgroup is { OomKills: > 0 } ? Cgroups.OutOfMemory.Text(_oci.Linux.Resources?.Memory?.Limit, "linux.resources.memory.limit") : null;

    /// <summary>Takes away what was made. The child is dead by now, or never was.</summary>
    public void Undo()
    {
        try
        {
            Cgroup?.Delete();
            if (Record?.Resctrl is { } resctrl) ResctrlGroup.Remove(resctrl);
            _hostRoot?.Remove();
        }
        finally
        {
            Directory.Delete();
        }
    }

    public void Dispose()
    {
        Streams?.Dispose();
        _hostRoot?.Dispose();
        Directory.Dispose();
    }

    /// <summary>The hooks of this moment, in the runtime's namespaces.</summary>
    private void RunHooks()
    {
        HookRunner.Run(_oci.Hooks?.Prestart, "prestart", Record.State(OciState.Creating, Record.Pid));
        HookRunner.Run(_oci.Hooks?.CreateRuntime, "createRuntime", Record.State(OciState.Creating, Record.Pid));
    }

    /// <summary>The process runs: a hook that fails is an error, and the caller stops the container (runtime.md, Lifecycle).</summary>
    public void RunPoststart() => HookRunner.Run(_oci.Hooks?.Poststart, "poststart", Record.State(OciState.Running, Record.Pid));

    /// <summary>The container is gone, or could not be made.</summary>
    public void RunPoststop() => HookRunner.RunAll(_oci.Hooks?.Poststop, "poststop", Record.State(OciState.Stopped, pid: 0), _globals.Warn);

    /// <summary>
    /// A terminal's master has to go somewhere: to the caller's own terminal, or through a socket to whoever watches a container that lives
    /// on.
    /// </summary>
    public static void CheckTerminal(bool terminal, bool hasSocket, bool detached)
    {
        if (terminal && detached && !hasSocket)
            throw new UserError("cannot allocate tty if minirun-oci will detach without setting console socket",
                "give --console-socket SOCKET, or process.terminal false");
        if (hasSocket && !(terminal && detached))
            throw new UserError("cannot use console socket if minirun-oci will not detach or allocate tty", "drop --console-socket");
    }

    public static void GiveTerminal(string path, int master)
    {
        UnixSocket.Give(path, master, ProcFile.ReadLink($"/proc/self/fd/{master}") ?? "/dev/ptmx");
        unistd.close(master);
    }

    /// <summary>Sockets that systemd listens on go in, as sd_listen_fds(3) wants them: from 3 on.</summary>
    private int ListenFds()
    {
        if (!int.TryParse(_host.Environment("LISTEN_FDS"), out int count) || count <= 0
            || _host.Environment("LISTEN_PID") != unistd.getpid().ToString())
            return 0;
        _oci.Process.Env.AddRange([$"LISTEN_FDS={count}", "LISTEN_PID=1"]);
        return count;
    }

    /// <summary>run in the foreground, as a service of systemd: what the container says of its readiness is passed on.</summary>
    private void Notify()
    {
        if (_host.Environment("NOTIFY_SOCKET") is not { Length: > 0 } socket
            || !_oci.Mounts.Exists(mount => mount is { Destination: "/dev", Type: "tmpfs" }))
            return;
        Spec.NotifySocket = socket;
        _oci.Process.Env.Add("NOTIFY_SOCKET=" + NotifyMessage.PathInside);
    }

    private Cgroup? MakeCgroup()
    {
        bool inUserNamespace = _globals.Rootless ?? (_host.Uid != 0 || _host.IsInUserNamespace);
        uint? owner =
            _oci.Linux.Namespaces.Exists(each => each is { Type: "cgroup", Path: null or "" }) && _oci.Linux.UidMappings is { } maps
            ? Owner(maps)
            : null;
        return Cgroup.Create(
            new CgroupRequest(_options.Id, _oci.Linux.CgroupsPath, _globals.CgroupManager, _oci.Linux.Resources, inUserNamespace,
            Required: _oci.Linux.CgroupsPath is { Length: > 0 }, _oci.Linux.Devices, owner)
            {
                Warn = _globals.Warn,
                Intends = Directory.Intend,
                InEvery = _host is { Uid: 0, IsInUserNamespace: false } && MountRight.Has(_oci.Process, _oci.Linux.Seccomp),
            });
    }

    private static uint? Owner(List<OciIdMapping> maps)
    {
        foreach (OciIdMapping map in maps)
            if (map.ContainerID == 0 && map.Size > 0) return map.HostID;
        return null;
    }

    /// <summary>The descriptors that a container which waits for its start holds.</summary>
    private void Wait()
    {
        Spec.StartSocket = UnixSocket.Listen(Directory.StartSocketPath, sys_socket.SOCK_SEQPACKET);
        Spec.InitLock = Directory.HoldInitLock();
    }
}
