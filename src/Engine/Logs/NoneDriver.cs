namespace Minirun.Engine.Logs;

/// <summary>Keeps nothing.</summary>
internal sealed class NoneDriver : ILogDriver
{
    public static readonly LogDriverKind Kind = new("none", [], _ => { }, (_, _) => new NoneDriver());

    public string Name => Kind.Name;

    public void Log(in LogMessage message)
    {
    }

    public void Close()
    {
    }
}
