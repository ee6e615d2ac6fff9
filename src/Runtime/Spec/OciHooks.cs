namespace Minirun.Runtime.Spec;

/// <summary>config.json <c>hooks</c>: programs to be executed at points of the lifecycle (config.md, "POSIX-platform Hooks").</summary>
public sealed class OciHooks
{
    public List<OciHook>? Prestart { get; set; }
    public List<OciHook>? CreateRuntime { get; set; }
    public List<OciHook>? CreateContainer { get; set; }
    public List<OciHook>? StartContainer { get; set; }
    public List<OciHook>? Poststart { get; set; }
    public List<OciHook>? Poststop { get; set; }
}

public sealed class OciHook
{
    public string Path { get; set => field = value ?? ""; } = "";
    public List<string>? Args { get; set; }
    public List<string>? Env { get; set; }

    /// <summary>Seconds until it is killed.</summary>
    public int? Timeout { get; set; }
}
