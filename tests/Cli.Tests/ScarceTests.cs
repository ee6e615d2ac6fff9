using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>Where something runs out during a start there is one error with what to do, and nothing is left.</summary>
public sealed class ScarceTests
{
    /// <summary>
    /// What Init/RuntimeStart.cs answers in libc's place, other threads ask at the same moment; and a stack has any size.
    /// </summary>
    [Theory]
    [InlineData("unlimited")]
    [InlineData("8192")]
    [InlineData("256")]
    public void The_program_starts_every_time_whatever_its_stack(string kilobytes)
    {
        const string script = """
            ulimit -S -s "$2" || exit 77
            i=0
            while [ $i -lt 200 ]; do "$1" version >/dev/null || exit; i=$((i + 1)); done
            """;
        Result result = Minirun.Other("sh", "-c", script, "sh", Programs.Minirun, kilobytes);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Requires(Need.UserNamespaces)]
    public void With_too_few_descriptors_run_says_so()
    {
        int failed = 0;
        for (int limit = 3; limit <= 20; limit++)
        {
            Result result = Minirun.Other("prlimit", $"--nofile={limit}", Programs.Minirun, "run", Rootfs.Busybox, "true");
            if (result.ExitCode == 0) continue;
            result.Fails(125, "EMFILE", "hint: the limit of open files is too low: `ulimit -n`");
            failed++;
        }
        Assert.InRange(failed, 4, 17);
    }

    /// <summary>All that the engine does works with 60, or says in one line what is missing.</summary>
    [Fact]
    public void With_too_few_descriptors_the_engine_works_or_says_so()
    {
        using var root = new Engine.EngineRoot();
        using var files = new TemporaryDirectory();
        foreach (int limit in (int[])[60, 24])
        {
            Result Run(params string[] words) => Minirun.Run(root.How with { Before = $"ulimit -n {limit}" }, words);
            string name = $"web{limit}";
            bool runs = false;
            string[][] life = [["run", "-d", "--name", name, "-v", "data:/data", Rootfs.Busybox, "sleep", "1000"], ["ps", "-a"],
                ["exec", name, "true"], ["cp", $"{name}:/etc", files[name]], ["system", "df"],
                ["stop", "-t", "0", name], ["rm", "-f", name]];
            foreach (string[] words in life)
            {
                Result result = Run(words);
                if (words[0] == "run") runs = result.ExitCode == 0;
                // One that never ran is not entered.
                if (result.ExitCode == 0 || (words[0] == "exec" && !runs)) continue;
                Assert.True(result.ExitCode == 125 && result.Error.Contains("EMFILE") && result.Error.Contains("`ulimit -n`"),
                    $"{limit}: {string.Join(' ', words)}: {result}");
            }
            if (limit == 60) Assert.True(runs);
            root.Run("rm", "-f", name);
        }
    }

    [Requires(Need.UserNamespaces)]
    public void With_too_few_descriptors_minirun_oci_says_so_and_leaves_nothing()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        int failed = 0;
        for (int limit = 4; limit <= 24; limit++)
        {
            Result result = Minirun.Other(
                Support.Start.Plain with { Before = $"exec </dev/null >'{bundle.Directory}/out' 2>'{bundle.Directory}/err'" }, "prlimit",
                $"--nofile={limit}", OciBundle.Program, "--root", bundle.Root, "create", "--bundle", bundle.Directory, bundle.Id);
            if (result.ExitCode == 0)
            {
                bundle.Oci("delete", "--force", "ID").Succeeds();
                continue;
            }
            string error = File.ReadAllText(bundle.Directory + "/err");
            Assert.True(result.ExitCode == 1 && error.Contains("EMFILE") && error.Contains("the limit of open files is too low"),
                $"{limit}: {result.ExitCode}: {error}");
            Assert.True(!Directory.EnumerateFileSystemEntries(bundle.Root).Any(),
                $"{limit}: left {string.Join(' ', Directory.EnumerateFileSystemEntries(bundle.Root, "*", SearchOption.AllDirectories))}");
            failed++;
        }
        Assert.InRange(failed, 4, 20);
    }

    /// <summary>Enough are two: minirun has one thread, and the container.</summary>
    [Requires(Need.Root)]
    public void With_too_few_processes_it_says_so()
    {
        // Another user's, of which there are none: not of those of a user that tests run as.
        using var here = new TemporaryDirectory();
        File.Copy(Programs.Minirun, here["minirun"]);
        File.SetUnixFileMode(here.Path, (UnixFileMode)0b111_101_101);
        Result With(int limit) => Minirun.Other("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "prlimit",
            $"--nproc={limit}", here["minirun"], "run", Rootfs.Busybox, "true");
        for (int limit = 0; limit < 2; limit++) With(limit).Fails(125, "minirun: c", "hint: ", "`ulimit -u`");
        With(2).Succeeds();
    }

    [Requires(Need.UserNamespaces)]
    public void With_too_little_address_space_it_says_so_and_with_96_MiB_it_starts()
    {
        const long Least = 96 << 20;
        foreach (string name in (string[])["minirun", "minirun-oci"])
        {
            string program = Path.Combine(Programs.Bin, name);
            foreach (long limit in (long[])[Least / 4, Least - 4096])
                Minirun.Other("prlimit", $"--as={limit}", program, "--version")
                    .Fails(125, "the limit of address space is below the 96 MiB", "ulimit -v");
            Minirun.Other("prlimit", $"--as={Least}", program, "--version").Succeeds();
        }
        Minirun.Other("prlimit", $"--as={Least}", Programs.Minirun, "run", Rootfs.Busybox, "true").Succeeds();
    }

    [Requires(Need.OldCgroups)]
    public void In_a_cgroup_of_too_few_processes_it_says_so_and_leaves_nothing() =>
        InCgroup("pids", "pids.max", ["1", "2", "3", "4", "5", "6"], (result, program) =>
    {
        if (result.ExitCode == 0) return;
        Assert.True(result.ExitCode == 125 || (result.ExitCode == 1 && program == OciBundle.Program), result.ToString());
        Assert.True(result.Error.Contains("pids.max"), result.ToString());
    });

    [Requires(Need.OldCgroups)]
    public void In_a_cgroup_of_too_little_memory_it_starts_or_is_killed_and_leaves_nothing() =>
        InCgroup("memory", "memory.limit_in_bytes", ["256k", "512k", "768k", "1m", "1536k", "2m", "3m"], (result, _) =>
        Assert.True(result.ExitCode is 0 or 137 || (result.ExitCode is 1 or 125 && result.Error.Length > 0), result.ToString()));

    /// <summary>Run, and create, by a process in a cgroup with each of the limits; the last of them is enough.</summary>
    private static void InCgroup(string controller, string file, string[] limits, Action<Result, string> check)
    {
        using var bundle = new OciBundle("sleep", "1000");
        string cgroup = $"/sys/fs/cgroup/{controller}/minirun-oci-test-{Guid.NewGuid().ToString("n")[..12]}";
        Directory.CreateDirectory(cgroup);
        try
        {
            foreach (string limit in limits)
            {
                File.WriteAllText($"{cgroup}/{file}", limit);
                foreach (string[] command in (string[][])[[Programs.Minirun, "run", Rootfs.Busybox, "true"],
                    [OciBundle.Program, "--root", bundle.Root, "create", "--bundle", bundle.Directory, bundle.Id]])
                {
                    Result result = Minirun.Other(
                        Support.Start.Plain with {
                            Before =
                                $"exec </dev/null >'{bundle.Directory}/out' 2>'{bundle.Directory}/err'; echo $$ >{cgroup}/cgroup.procs" },
                        command[0], command[1..]);
                    result =
                        result with { Error = File.ReadAllText(bundle.Directory + "/err"), Command = $"{file} {limit}: {result.Command}" };
                    check(result, command[0]);
                    if (limit == limits[^1]) result.Exits(0);
                    if (result.ExitCode == 1) Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
                    bundle.Oci("delete", "--force", "ID").Succeeds();
                    Assert.True(Deadline.Wait(() => File.ReadAllText(cgroup + "/cgroup.procs").Length == 0),
                        $"{result.Command} left processes");
                }
            }
            if (Directory.Exists(bundle.Root)) Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
        }
        finally
        {
            // What has ended may be in it a moment longer.
            Assert.True(Deadline.Wait(() => Removed(cgroup)), $"{cgroup} is left");
        }
    }

    private static bool Removed(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Requires(Need.UserNamespaces)]
    public void Without_user_namespaces_it_says_so() =>
        Minirun.Other("unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$0\" \"$@\"",
            Programs.Minirun, "run", Rootfs.Busybox, "true")
            .Fails(125, "ENOSPC", "user namespaces are switched off or used up here", "minirun doctor");

    [Requires(Need.Root)]
    public void On_a_full_disk_minirun_oci_says_so_at_each_write_and_leaves_nothing()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        // Pages of the disk that are left, until it works: directories and files of no length take none.
        string script = "mkdir \"$2\"; mount -t tmpfs -o size=64k,mode=755 full \"$2\" || exit 3; for pages in 0 1 2 3 4 5 6; do "
            + "dd if=/dev/zero of=\"$2/.filler\" bs=4k 2>/dev/null; truncate -s -$((pages * 4096)) \"$2/.filler\"; \"$1\" --root \"$2\" "
                + "create --bundle \"$3\" x </dev/null >\"$3/out\" 2>\"$3/err\"; "
            + "status=$?; echo $pages $status $(grep -c ENOSPC \"$3/err\") $(grep -c 'the disk is full' \"$3/err\") $(ls \"$2\" | wc "
                + "-l); test $status = 0 && { \"$1\" --root \"$2\" delete --force x; ls \"$2\"; }; rm \"$2/.filler\"; done; true";
        string[] lines =
            Minirun.Other("unshare", "-m", "sh", "-c", script, "-", OciBundle.Program, bundle.Root, bundle.Directory).Exits(0).Lines;
        Assert.Equal(7, lines.Length);
        Assert.Equal("0 1 1 1 0", lines[0]);
        Assert.Equal("6 0 0 0 1", lines[^1]);
        Assert.All(lines, line => Assert.Matches("^[0-6] (1 1 1 0|0 0 0 1)$", line));
    }
}
