using System.Globalization;
using System.Text;
using Minirun.Cli.CommandLine;
using Minirun.Cli.ContainerFiles;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Container;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

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
        bool owns = options.DieWithParent;
        EngineContainer container = Make(options);
        AttachSession? session = null;
        try
        {
            Start(options, container, cidFile,
                () => session = AttachSession.Open(container, input: true, options.DetachKeys, owns: owns));
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
            ContainerEnd.Discard(container);
            throw;
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
        var request = new ContainerRequest(options, options.Engine, CreationWords.Read(), CurrentDirectory.TryPath ?? "/");
        return ContainerCreation.Create(ContainerStores.Own, request, Message.Warning);
    }

    private static void AtomicPid(string path, int pid)
    {
        byte[] text = Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture) + "\n");
        Minirun.Engine.AtomicFile.Write(path, text, 0x1a4 /* 0644 */);
    }
}
