using Minirun.Runtime;

namespace Minirun.Engine.Life;

/// <summary>--sdnotify: who says that a service is ready, with podman's words.</summary>
public static class SdNotify
{
    /// <summary>The container itself; it is the default.</summary>
    public const string Container = "container";

    /// <summary>We do as soon as it runs.</summary>
    public const string Conmon = "conmon";

    /// <summary>Its check, when that has found it well for the first time.</summary>
    public const string Healthy = "healthy";

    /// <summary>Nobody.</summary>
    public const string Ignore = "ignore";

    /// <exception cref="UserError">It is none of these.</exception>
    public static string Parse(string text) =>
        text is Container or Conmon or Healthy or Ignore
            ? text
            : throw new UserError($"--sdnotify {text}: unknown", "container, conmon, healthy or ignore");

    /// <exception cref="UserError">Nobody would ever say it.</exception>
    public static void Check(string? mode, bool hasCheck)
    {
        if (mode == Healthy && !hasCheck) throw new UserError("--sdnotify healthy: there is no health check", "give --health-cmd COMMAND");
    }
}
