using System.Globalization;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Request;
using Minirun.Runtime.Scripts;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Another process of a container, with a terminal whose other end is ours: so it can outlive us. It becomes a child of ours, since the
/// runtime that made it ends.
/// </summary>
public sealed class ExecTerminal : IDisposable
{
    private readonly ContainerStreams _streams;
    private readonly int _pid;

    private readonly Pidfd _process;

    private ExecTerminal(ContainerStreams streams, int pid) => (_streams, _pid, _process) = (streams, pid, Pidfd.Open(pid));

    /// <summary>The terminal's master; does not block.</summary>
    public int Master => _streams.Output;

    /// <summary>Readable when the process has ended.</summary>
    public int PidFd => _process.Descriptor;

    /// <summary>Null when it could not be started; then the runtime has said why, and ended so.</summary>
    public static ExecTerminal? Start(EngineContainer container, ExecRequest request, out int status)
    {
        ThisProcess.AdoptOrphans();
        string own = "exec-" + unistd.getpid().ToString(CultureInfo.InvariantCulture), pidFile = $"{container.Directory}/{own}.pid";
        using Fd nothing = Fd.OpenNothing();
        var streams = new ContainerStreams(terminal: true, input: false, container.Directory, own + ".sock");
        try
        {
            status = ExecutionDrivers.Of(container)
                .Exec(container.Id,
                    request with { Tty = true, Detach = true, ConsoleSocket = streams.ConsoleSocket, PidFile = pidFile,
                        Descriptors = [nothing, nothing, 2] });
            if (status == 0)
            {
                streams.HandedOver();
                return new ExecTerminal(streams, PidFile.Read(pidFile));
            }
        }
        catch
        {
            streams.Dispose();
            throw;
        }
        finally
        {
            unistd.unlink(pidFile);
        }
        streams.Dispose();
        return null;
    }

    public void Resize(ushort rows, ushort columns) => _streams.Resize(rows, columns);

    public void Signal(int number) => Pidfd.Send(PidFd, number);

    /// <summary>Its exit status as a shell has it; it has ended.</summary>
    public int Wait() => ExitStatus.Code(ExitStatus.Wait(_pid));

    /// <summary>We go, and it stays: somebody else holds the terminal open, or it would be hung up.</summary>
    public void Leave()
    {
        using Fd nothing = Fd.OpenNothing();
        ChildProgram.Start(new Host().Executable, [MonitorProcess.Name, HeldTerminal.Word], [nothing, nothing, nothing, Master],
            ownSession: true)
            .Dispose();
    }

    public void Dispose()
    {
        _process.Dispose();
        _streams.Dispose();
    }
}
