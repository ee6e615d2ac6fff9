using System.Globalization;
using Minirun.Cli.Oci;
using Minirun.Cli.Output;
using Minirun.Engine.Containers;
using Minirun.Engine.Events;
using Minirun.Engine.Flight;
using Minirun.Engine.Monitor;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Cli.Engine;

/// <summary>Verbs that begin or end a container's life.</summary>
internal static class LifeVerbs
{
    public static EngineVerb[] All() =>
    [
        new("create", "ROOTFS [CMD [ARG…]]", "make a container, and do not start it", [], _ => 0) { Raw = EngineRun.Create },
        new("start", "CONTAINER…", "start containers that were made or have ended", [new("attach", 'a', null, "attach to its output"), new("interactive", 'i', null, "attach to its input, too"), new("detach-keys", '\0', "KEYS", "keys that detach (default ctrl-p,ctrl-q)"), new("sdnotify", '\0', "WHO", "who tells systemd that it is ready, this time: container, conmon, healthy, ignore")], Start),
        new("stop", "CONTAINER…", "ask containers to end, and end them after a while", [new("time", 't', "SECONDS", "how long to wait (default: the container's own, 10)"), new("timeout", '\0', "SECONDS", "the same"), new("signal", 's', "SIGNAL", "what to send first")], words => EngineProgram.Each(words, word => Stop(word, words))),
        new("restart", "CONTAINER…", "stop containers, and start them again", [new("time", 't', "SECONDS", "how long to wait before they are killed"), new("timeout", '\0', "SECONDS", "the same"), new("signal", 's', "SIGNAL", "what to send first")], words => EngineProgram.Each(words, word => Restart(word, words))),
        new("kill", "CONTAINER…", "send a signal to containers", [new("signal", 's', "SIGNAL", "which (default KILL)")], words => EngineProgram.Each(words, word => Kill(word, words.Text("signal") ?? "KILL"))),
        new("pause", "CONTAINER…", "let all processes of containers stand still", [], words => EngineProgram.Each(words, word => Running(word, c => c.Driver.Pause(c.Id), "pause"))),
        new("unpause", "CONTAINER…", "let them go on", [], words => EngineProgram.Each(words, word => Running(word, c => c.Driver.Resume(c.Id), "unpause"))),
        new("wait", "CONTAINER…", "wait until containers have ended, and print their exit codes", [],
            words => EngineProgram.Each(words, Wait, prints: false))
        { Follows = true },
        new("rename", "CONTAINER NAME", "give a container another name", [], Rename) { Minimum = 2, Maximum = 2 },
        new("rm", "CONTAINER…", "remove containers", [
            new("force", 'f', null, "kill them first; exit with 0 also when there is none"),
            new("volumes", 'v', null, "and the volumes without a name that they use"),
            new("link", 'l', null, "docker's links are not there"),
        ], words => EngineProgram.Each(words, word => Remove(word, words))),
    ];

    private static int Start(OciArguments words)
    {
        _ = new DetachKeys(words.Text("detach-keys"));
        bool attaches = words.Has("attach") || words.Has("interactive");
        if (attaches && words.Words.Count != 1) throw new UserError("you cannot start and attach multiple containers at once", "leave -a away, or start one");
        string? sdNotify = words.Text("sdnotify") is { } text ? SdNotify.Parse(text) : null;
        if (!attaches) return EngineProgram.Each(words, word => Start(EngineVerbs.Store.Find(word), null, sdNotify));
        EngineContainer container = EngineVerbs.Store.Find(words.Words[0]);
        if (container.Config.Tty && words.Has("interactive")) InputDevice.Check(new Runtime.Spec.Host());
        AttachSession? session = null;
        Start(container, () => session = AttachSession.Open(container, words.Has("interactive"), words.Text("detach-keys")), sdNotify);
        // It runs already: then we join it.
        session ??= AttachSession.Open(container, words.Has("interactive"), words.Text("detach-keys"), joins: true);
        using (session) return session.Run();
    }

    private static void Start(EngineContainer container, Action? attach, string? sdNotify = null)
    {
        SdNotify.Check(sdNotify, container.Config.Health is not null);
        using IDisposable held = container.Lock();
        container.Settle();
        // To start what runs is no error (docker).
        if (container.IsRunning) MonitorProcess.Join(container, attach is not null, sdNotify);
        else MonitorProcess.Start(container, attach, sdNotify);
    }

    private static void Stop(string word, OciArguments words)
    {
        EngineContainer container = EngineVerbs.Store.Find(word);
        if (container.Stop(Signal(words.Text("signal") ?? container.Config.StopSignal), Seconds(words, container))) EngineEvents.Add(container, "stop");
    }

    private static void Restart(string word, OciArguments words)
    {
        Stop(word, words);
        EngineContainer container = EngineVerbs.Store.Find(word);
        Start(container, null);
        EngineEvents.Add(container, "restart");
    }

    private static void Kill(string word, string name)
    {
        EngineContainer container = EngineVerbs.Store.Find(word);
        int number = Signal(name);
        // As whoever waits for a start ends that by a signal.
        if (DroppedSignal.Ends(number) && container.GiveUpStart()) return;
        container.Settle();
        if (!container.IsRunning) throw new UserError($"container {word} is not running", "minirun ps -a says what became of it");
        if (number == signal.SIGKILL) container.Stop(number, -1);
        else if (!container.Signal(number))
            Message.Warning($"{SignalName.Of(number)} does nothing to container {word}: its first process has no handler for it, and then "
                + $"the kernel drops it; `minirun stop {word}` ends it");
    }

    private static void Running(string word, Action<EngineContainer> act, string name)
    {
        EngineContainer container = EngineVerbs.Store.Find(word);
        if (!container.IsRunning) throw new UserError($"container {word} is not running", "minirun ps -a says what became of it");
        act(container);
        EngineEvents.Add(container, name);
    }

    private static void Wait(string word)
    {
        EngineContainer container = EngineVerbs.Store.Find(word);
        container.WaitForMonitor(Timeout.Infinite);
        // Of one whose monitor was killed nobody sees more than that it ends.
        while (container.WaitForFirst()) container.WaitForMonitor(Timeout.Infinite);
        OciOutput.Line(ExitCode(container).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Of one that has ended. With --rm its files are gone, and what is remembered of it is in the graveyard.</summary>
    private static int ExitCode(EngineContainer container)
    {
        ContainerState state = container.State();
        if (Directory.Exists(container.Directory)) return state.ExitCode;
        return Graveyard.Find(container.Store.Paths, container.Id)?.State.ExitCode
            ?? throw new UserError($"container {container.Config.Name} was removed, and how it ended is not remembered",
                "was the disk full? Without --rm a container keeps its exit code until `minirun rm`");
    }

    private static int Rename(OciArguments words)
    {
        EngineContainer container = EngineVerbs.Store.Find(words.Words[0]);
        using (container.Lock()) container.Store.Rename(container, words.Words[1]);
        return 0;
    }

    private static void Remove(string word, OciArguments words)
    {
        if (words.Has("link")) throw new UserError($"rm --link {word}: there are no links", "containers of one network find each other by their names; minirun rm removes a container");
        EngineContainer container = EngineVerbs.Store.Find(word);
        using IDisposable held = words.Has("force") ? container.LockForEnd() : container.Lock();
        if (words.Has("force")) container.End();
        else
        {
            container.Settle();
            if (container.IsRunning) throw new UserError($"cannot remove container \"{word}\": container is running",
                $"minirun stop {word} first, or minirun rm -f {word}");
        }
        // Of one with --rm its monitor has removed it.
        if (!Directory.Exists(container.Directory)) return;
        if (container.Remove() is { } complaint) Message.Warning(complaint);
        if (words.Has("volumes")) ContainerVolumes.RemoveAnonymous(container);
    }

    private static int Seconds(OciArguments words, EngineContainer container) =>
        (words.Text("time") ?? words.Text("timeout")) is not { } text
        ? container.Config.StopTimeout
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds)
            ? seconds
            : throw new UserError($"--time {text}: not a number of seconds", "such as --time 10; -1 waits for ever");

    private static int Signal(string name)
    {
        if (SignalName.Parse(name) is > 0 and var number) return number;
        string hint = name == "0" ? "whether it runs is what `minirun inspect -f '{{.State.Status}}' NAME` says"
            : "a name such as TERM, or a number from 1 to 64";
        throw new UserError($"invalid signal: {name}", hint);
    }
}
