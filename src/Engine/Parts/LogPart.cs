using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

internal sealed class LogPart : IContainerPart
{
    public string Name => FlightStep.Log;

    public void Prepare(ContainerStart start)
    {
        ContainerConfig config = start.Container.Config;
        start.Log = new ContainerLog(new LogConfig(config.LogDriver, config.LogOptions), Describe(start.Container));
    }

    /// <summary>A log that nobody holds open is whole, or is mended by who reads it.</summary>
    public string? Release(EngineContainer container, ContainerStart? start)
    {
        if (start?.Log is not { } log) return null;
        try
        {
            log.Close();
        }
        finally
        {
            start.State.LogLost += log.Lost;
            start.State.LogTrouble = log.Trouble;
        }
        return null;
    }

    private static LogContext Describe(EngineContainer container) => new()
    {
        Id = container.Id,
        Name = container.Config.Name,
        ImageName = container.Config.Image,
        Command = container.Config.Command,
        Labels = container.Config.Labels,
        Environment = container.Config.Env,
        Created = LogMoment.Rfc3339(container.Config.Created) ?? 0,
        LogPath = container.LogPath,
    };
}
