using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>Variables that come from a file or from our environment are in the arguments of no process, at any moment.</summary>
public sealed class SecretTests
{
    private static readonly string[] s_verbs = ["run", "run --rm -l a=b", "run -d", "create", "exec -i", "exec -d", "exec -it"];

    public static TheoryData<string, string> VerbsAndRuntimes
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string verb in s_verbs)
                foreach (string runtime in (string[])["builtin", "runc"])
                    if (runtime == "builtin" || (verb != "run" && Needs.Skip(Need.Runc | Need.Root) is null)) all.Add(verb, runtime);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(VerbsAndRuntimes))]
    public void Variables_of_a_container_are_in_nobodys_ps(string verb, string runtime)
    {
        using var root = new EngineRoot();
        using var here = new TemporaryDirectory();
        string marker = "secret" + Guid.NewGuid().ToString("n");
        File.WriteAllText(here["env"], $"FROM_FILE={marker}\n");
        root.Environment["PASSED"] = marker;
        string[] words = verb.Split(' '), flags = ["--env-file", here["env"], "-e", "PASSED"];
        bool executes = words[0] == "exec";
        string[] chosen = executes || runtime == "builtin" ? [] : ["--runtime", runtime];
        if (executes) root.Run(["run", "-d", "--runtime", runtime, "--name", "web", Rootfs.Busybox, "sleep", "1000"]).Exits(0);
        else flags = [.. chosen, .. flags];
        const string script = "[ ${#FROM_FILE} -gt 30 -a ${#PASSED} -gt 30 ] || exit 9; sleep 0.2";
        string[] command = [.. words, .. flags, executes ? "web" : Rootfs.Busybox, "sh", "-c", script];
        using var watch = new ArgumentWatch(marker);
        if (verb == "exec -it")
        {
            using var pty = new Pty(root.How, [Programs.Minirun, .. command]);
            Assert.Equal(0, pty.ExitCode());
        }
        else root.Run(command).Exits(0);
        if (verb == "create") root.Run("start", root.Run("ps", "-aq").Out.Trim()).Exits(0);
        Assert.True(Deadline.Wait(() => watch.Rounds > 3));
        Assert.Null(watch.Seen);
    }

    /// <summary>Looks at the arguments of all processes, again and again, until it is disposed of.</summary>
    private sealed class ArgumentWatch : IDisposable
    {
        private readonly string _marker;
        private readonly Thread _thread;
        private volatile bool _over;

        public ArgumentWatch(string marker)
        {
            _marker = marker;
            _thread = new Thread(Look) { IsBackground = true };
            _thread.Start();
        }

        public volatile string? Seen;
        public volatile int Rounds;

        public void Dispose()
        {
            _over = true;
            _thread.Join();
        }

        private void Look()
        {
            for (; !_over; Rounds++)
                foreach (string process in Directory.EnumerateDirectories("/proc", "*").Where(each => char.IsAsciiDigit(each[6])))
                    try
                    {
                        string arguments = File.ReadAllText(process + "/cmdline");
                        if (arguments.Contains(_marker)) Seen = arguments.Replace('\0', ' ');
                    }
                    catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                    {
                        // It has ended.
                    }
        }
    }
}
