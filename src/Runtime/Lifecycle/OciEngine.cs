namespace Minirun.Runtime.Lifecycle;

/// <summary>The verbs of minirun-oci that make processes. Each gives the exit code.</summary>
public static class OciEngine
{
    public static int Create(OciGlobals globals, CreateOptions options) => throw NotYet("create");

    public static int Run(OciGlobals globals, CreateOptions options) => throw NotYet("run");

    public static int Start(OciGlobals globals, string id) => throw NotYet("start");

    public static int Exec(OciGlobals globals, ExecOptions options) => throw NotYet("exec");

    private static UserError NotYet(string verb) => new($"{verb}: not yet", "this version does not have it");
}
