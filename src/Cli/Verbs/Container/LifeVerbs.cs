using System.Globalization;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Run;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Verbs that begin or end a container's life.</summary>
internal static class LifeVerbs
{
    public static MinirunVerb CreateVerb() =>
        new("ROOTFS [CMD [ARG…]]", "create a container without starting it", RunFlags.All, _ => 0) { Raw = EngineRun.Create };

    public static MinirunVerb StartVerb() =>
        new("CONTAINER…", "start created or exited containers",
            [new("attach", 'a', null, "attach to its stdout and stderr"), new("interactive", 'i', null, "attach to its stdin, too"),
                new("detach-keys", '\0', "KEYS", "keys that detach (default ctrl-p,ctrl-q)"),
                new("sdnotify", '\0', "WHO", "what tells systemd that it is ready, this time: container, conmon, healthy, ignore")],
            Start);

    public static MinirunVerb StopVerb() =>
        new("CONTAINER…", "stop containers: send a signal, and SIGKILL after a while",
            [new("time", 't', "SECONDS", "how long to wait before SIGKILL (default: the container's own, 10)"),
                new("timeout", '\0', "SECONDS", "the same"), new("signal", 's', "SIGNAL", "signal to send first")],
            words => EachWord.Do(words, word => Stop(word, words)));

    public static MinirunVerb RestartVerb() =>
        new("CONTAINER…", "stop containers and start them again",
            [new("time", 't', "SECONDS", "how long to wait before they are killed"), new("timeout", '\0', "SECONDS", "the same"),
                new("signal", 's', "SIGNAL", "signal to send first")],
            words => EachWord.Do(words, word => Restart(word, words)));

    public static MinirunVerb KillVerb() =>
        new("CONTAINER…", "send a signal to containers", [new("signal", 's', "SIGNAL", "signal to send (default KILL)")],
            words => EachWord.Do(words, word => Kill(word, words.Text("signal") ?? "KILL")));

    public static MinirunVerb PauseVerb() =>
        new("CONTAINER…", "pause all processes in containers", [],
            words => EachWord.Do(words, Pause));

    public static MinirunVerb UnpauseVerb() =>
        new("CONTAINER…", "resume paused containers", [],
            words => EachWord.Do(words, Unpause));

    public static MinirunVerb WaitVerb() =>
        new("CONTAINER…", "wait until containers have exited, and print their exit codes", [],
            words => EachWord.Do(words, Wait, prints: false))
        { Follows = true };

    public static MinirunVerb RenameVerb() =>
        new("CONTAINER NAME", "rename a container", [], Rename) { Minimum = 2, Maximum = 2 };

    public static MinirunVerb RemoveVerb() =>
        new("CONTAINER…", "remove containers", [
            new("force", 'f', null, "kill running containers first; a missing one is no error"),
            new("volumes", 'v', null, "also remove the anonymous volumes they use"),
            new("link", 'l', null, "not supported: docker's links"),
        ], words => EachWord.Do(words, word => Remove(word, words)));

    private static int Start(VerbArguments words)
    {
        _ = new DetachKeys(words.Text("detach-keys"));
        bool attaches = words.Has("attach") || words.Has("interactive");
        if (attaches && words.Words.Count != 1)
            throw new UserError("you cannot start and attach multiple containers at once", "drop -a, or start one");
        string? sdNotify = words.Text("sdnotify") is { } text ? SdNotify.Parse(text) : null;
        if (!attaches)
            return EachWord.Do(words, word => ContainerStarting.Start(ContainerRepair.Find(ContainerStores.Own, word), null, sdNotify));
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        if (container.Config.Tty && words.Has("interactive")) InputDevice.Check(new Host());
        new Host().CheckStreams(first: words.Has("interactive") ? 0 : 1);
        AttachSession? session = null;
        ContainerStarting.Start(container,
            () => session = AttachSession.Open(container, words.Has("interactive"), words.Text("detach-keys")), sdNotify);
        // No session: the container was already running, so we join it.
        session ??= AttachSession.Open(container, words.Has("interactive"), words.Text("detach-keys"), joins: true);
        using (session) return session.Run();
    }

    private static void Stop(string word, VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        if (ContainerEnd.Stop(container, Signal(words.Text("signal") ?? container.Config.StopSignal), Seconds(words, container)))
            EngineEvents.Add(container, "stop");
    }

    private static void Restart(string word, VerbArguments words)
    {
        Stop(word, words);
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        ContainerStarting.Start(container, null);
        EngineEvents.Add(container, "restart");
    }

    private static void Kill(string word, string name)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        int number = Signal(name);
        // A signal that ends a process ends a start that still goes on.
        if (DroppedSignal.Ends(number) && ContainerEnd.GiveUpStart(container)) return;
        ContainerEnd.Settle(container);
        if (!container.IsRunning) throw new UserError($"container {word} is not running", "`minirun ps -a` shows its state");
        if (number == signal.SIGKILL) ContainerEnd.Stop(container, number, -1);
        else if (!EndingSignal.Kill(container, number))
            Message.Warning($"{SignalName.Of(number)} does nothing to container {word}: its first process has no handler for it, and then "
                + $"the kernel drops it; `minirun stop {word}` ends it");
    }

    private static void Pause(string word)
    {
        EngineContainer container = Running(word, out bool isPaused);
        if (isPaused) throw new UserError($"container {word} is already paused", $"`minirun unpause {word}` resumes it");
        ExecutionDrivers.Of(container).Pause(container.Id);
        EngineEvents.Add(container, "pause");
    }

    private static void Unpause(string word)
    {
        EngineContainer container = Running(word, out bool isPaused);
        if (!isPaused) throw new UserError($"container {word} is not paused", $"`minirun pause {word}` pauses it");
        ExecutionDrivers.Of(container).Resume(container.Id);
        EngineEvents.Add(container, "unpause");
    }

    private static EngineContainer Running(string word, out bool isPaused)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        if (!container.IsRunning) throw new UserError($"container {word} is not running", "`minirun ps -a` shows its state");
        isPaused = LiveStatus.Read(container) == ContainerState.Paused;
        return container;
    }

    private static void Wait(string word)
    {
        int code;
        try
        {
            EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
            container.WaitForMonitor(Timeout.Infinite);
            // When its monitor was killed, nobody learns more than that the container has ended.
            while (FirstProcess.WaitForEnd(container)) container.WaitForMonitor(Timeout.Infinite);
            code = ExitCode(container);
        }
        catch (UserError error) when (error.IsMissing && FindRemoved(word) is { } removed)
        {
            code = removed.State.ExitCode;
        }
        TextOutput.Line(code.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// With --rm a container may be removed before anybody waits for it. It is found by the id that `run -d` printed; a name may belong
    /// to another container by now.
    /// </summary>
    private static FlightRecord? FindRemoved(string id) =>
        id.Length == 64 ? Graveyard.Find(ContainerStores.Own.Paths, id) : null;

    /// <summary>The exit code of a container that has ended. With --rm its files are gone, and only the graveyard remembers it.</summary>
    private static int ExitCode(EngineContainer container)
    {
        ContainerState state = ContainerRepair.State(container);
        if (Directory.Exists(container.Directory)) return state.ExitCode;
        return Graveyard.Find(container.Paths, container.Id)?.State.ExitCode
            ?? throw new UserError($"container {container.Config.Name} was removed, and its exit code is not known any more",
                "was the disk full? Without --rm a container keeps its exit code until `minirun rm`");
    }

    private static int Rename(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        using (ContainerLock.Await(container)) ContainerCreation.Rename(container, words.Words[1]);
        return 0;
    }

    private static void Remove(string word, VerbArguments words)
    {
        if (words.Has("link"))
            throw new UserError($"rm --link {word}: there are no links",
                "containers on one network find each other by name; minirun rm removes a container");
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        using IDisposable held = words.Has("force") ? ContainerEnd.Lock(container) : ContainerLock.Await(container);
        if (words.Has("force")) ContainerEnd.Force(container);
        else
        {
            ContainerEnd.Settle(container);
            if (container.IsRunning) throw new UserError($"cannot remove container \"{word}\": container is running",
                $"minirun stop {word} first, or minirun rm -f {word}");
        }
        // With --rm, its monitor has removed it already.
        if (!Directory.Exists(container.Directory)) return;
        if (ContainerRemoval.Remove(container) is { } complaint) Message.Warning(complaint);
        if (words.Has("volumes")) ContainerVolumes.RemoveAnonymous(container);
    }

    private static int Seconds(VerbArguments words, EngineContainer container) =>
        (words.Text("time") ?? words.Text("timeout")) is not { } text
        ? container.Config.StopTimeout
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds)
            ? seconds
            : throw new UserError($"--time {text}: not a number of seconds", "such as --time 10; -1 waits forever");

    private static int Signal(string name)
    {
        if (SignalName.Parse(name) is > 0 and var number) return number;
        string hint = name == "0" ? "`minirun inspect -f '{{.State.Status}}' NAME` says whether it is running"
            : "a name such as TERM, or a number from 1 to 64";
        throw new UserError($"invalid signal: {name}", hint);
    }
}
