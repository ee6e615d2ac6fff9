using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>What a user's container gets who did not say: the first of pasta and slirp4netns that works here, else only lo.</summary>
internal sealed class AutoMode : INetworkMode
{
    private static readonly HelperMode[] s_modes = [new PastaMode(), new SlirpMode()];

    public string Name => "auto";
    public bool IsOwn => true;
    public bool CanPublish => true;
    public bool CanChooseAddress => false;

    public void Require()
    {
        // There is always lo.
    }

    /// <summary>Why there would be only lo, and what to do about it; null when there is more.</summary>
    public static (string Why, string Mend)? Missing()
    {
        if (Array.Exists(s_modes, mode => mode.MissingProgram() is null)) return Tun.Missing();
        return ("neither pasta nor slirp4netns found in PATH", "install the package passt or slirp4netns");
    }

    /// <summary>The first that is installed, which moves a user's packets.</summary>
    public static string? Program() => Array.Find(s_modes, mode => mode.MissingProgram() is null)?.Name;

    public void Prepare(NetworkContext context)
    {
        // They come when the namespace is there.
    }

    public void Connect(NetworkContext context, int pid)
    {
        string why = "", hint = "";
        foreach (INetworkMode mode in s_modes)
            try
            {
                context.Record.Mode = mode.Name;
                mode.Connect(context, pid);
                return;
            }
            catch (Exception error) when (error is UserError or LinuxException)
            {
                // Both say the same of a port that is taken.
                if (!why.Contains(error.Message, StringComparison.Ordinal)) why += (why.Length > 0 ? "; " : "") + error.Message;
                hint = (error as UserError)?.Hint ?? hint;
                mode.Disconnect(context);
                if (context.Record.NetNs is { } held) HeldNamespace.LetGo(held);
                (context.Record.HelperPid, context.Record.NetNs) = (0, null);
            }
        if (context.Use.Ports.Count > 0) throw new UserError(why, hint.Length > 0 ? hint : "ports cannot be published without it");
        context.Record.Mode = "none";
        context.Record.Warning = why;
        context.Save();
    }

    public void Disconnect(NetworkContext context)
    {
        // The record has the one that it became.
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => null;
}
