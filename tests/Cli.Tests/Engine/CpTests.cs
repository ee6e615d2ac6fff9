using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

public sealed class CpTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _files = new();
    private readonly TemporaryRootfs _rootfs = new();

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_tree_comes_back_as_it_went()
    {
        Detached("web", "--tmpfs", "/tmp");
        Minirun.Other("bash", "-c", """
            mkdir -p "$1/tree/deep" && cd "$1/tree" && echo text > deep/file && chmod 640 deep/file &&
            ln deep/file second && ln -s /etc/passwd link && mkfifo fifo
            touch -d 2001-02-03T04:05:06 deep/file && chmod 4755 fifo && touch -d 2002-02-03T04:05:06 deep
            """, "-", _files.Path).Succeeds();
        _root.Run("cp", _files["tree"], "web:/tmp").Succeeds();
        Assert.Equal("text\n", _root.Run("exec", "web", "cat", "/tmp/tree/second").Succeeds().Out);
        // What is on a mount of its own is there as the container sees it.
        Assert.False(Directory.Exists(Path.Combine(_rootfs.Path, "tmp", "tree")));
        _root.Run("cp", "web:/tmp/tree", _files["back"]).Succeeds();
        Assert.Equal(Describe("tree"), Describe("back"));
    }

    /// <summary>With the host's pids, /proc/self is whoever looks: the cp itself, with its caller's variables.</summary>
    [Fact]
    public void No_link_of_a_container_leads_into_proc()
    {
        _root.Environment["SECRET_OF_THE_CALLER"] = "secret";
        Detached("web", "--pid", "host", "--tmpfs", "/tmp");
        _root.Run("exec", "web", "sh", "-c",
            "cd /tmp; ln -s /proc/self/environ e; ln -s /proc/self d; ln -s ../proc/self/status s; ln -s /proc p; ln -s /proc/1/status "
                + "1; ln -s /etc/passwd fine")
            .Succeeds();
        foreach (string path in (string[])["/tmp/e", "/tmp/d/environ", "/tmp/d/", "/tmp/s", "/tmp/p/self/environ", "/tmp/p/self", "/tmp/1",
            "/proc/self/environ"])
        {
            Result result = _root.Run("cp", "-L", "web:" + path, _files["out"]);
            Assert.True(result.ExitCode != 0, path);
            Assert.False(File.Exists(_files["out"]) || Directory.Exists(_files["out"]), path);
            Assert.DoesNotContain("secret", _root.Run("cp", "-L", "web:" + path, "-").Out);
        }
        _root.Run("cp", "-L", "web:/tmp/fine", _files["out"]).Succeeds();
    }

    [Fact]
    public void Names_are_as_with_docker()
    {
        Detached("web");
        _files.Write("one", "1");
        Directory.CreateDirectory(_files["directory"]);
        _files.Write("directory/two", "2");
        _root.Run("cp", _files["one"], "web:/uno").Succeeds();
        _root.Run("cp", _files["directory"], "web:/new").Succeeds();
        _root.Run("cp", _files["directory"], "web:/new").Succeeds();
        _root.Run("cp", _files["one"] + "", "web:/new/.").Succeeds();
        Assert.Equal("1 2 2 1",
            _root.Run("exec", "web", "sh", "-c", "echo $(cat /uno) $(cat /new/two) $(cat /new/directory/two) $(cat /new/one)")
                .Succeeds().Lines[0]);
        _root.Run("cp", "web:/new/.", _files["all"]).Succeeds();
        Assert.Equal(["directory", "one", "two"], Directory.GetFileSystemEntries(_files["all"]).Select(Path.GetFileName).Order());
        _root.Run("cp", _files["one"], "web:/nowhere/").Fails(125, "no such directory: /nowhere/");
        _root.Run("cp", _files["one"], "web:/nowhere/x").Fails(125, "no such directory: /nowhere");
        _root.Run("cp", _files["directory"], "web:/uno").Fails(125, "cannot copy a directory over a file");
        _root.Run("cp", "web:/nothing", _files.Path).Fails(125, "no such file or directory: /nothing");
        _root.Run("cp", "web:/new", "web:/new/inside").Exits(125);
    }

    [Fact]
    public void A_stopped_container_and_another_one_are_copied_to_as_well()
    {
        Detached("web");
        _root.Run("stop", "-t", "0", "web").Succeeds();
        _files.Write("one", "1");
        _root.Run("cp", _files["one"], "web:/one").Succeeds();
        _root.Detached(["--name", "other", "--tmpfs", "/tmp"], "sleep", "1000");
        _root.Run("cp", "web:/one", "other:/tmp/two").Succeeds();
        Assert.Equal("1", _root.Run("exec", "other", "cat", "/tmp/two").Succeeds().Out);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Links_of_a_container_lead_to_its_own_files(bool runs)
    {
        string secret = _files.Write("secret", "host");
        File.CreateSymbolicLink(Path.Combine(_rootfs.Path, "evil"), _files.Path);
        File.CreateSymbolicLink(Path.Combine(_rootfs.Path, "up"), "../../../../../.." + secret);
        Detached("web");
        if (!runs) _root.Run("stop", "-t", "0", "web").Succeeds();
        _root.Run("cp", "web:/evil/secret", _files["out"]).Fails(125, "no such file or directory");
        _root.Run("cp", "-L", "web:/up", _files["out"]).Fails(125, "no such file or directory");
        _root.Run("cp", _files["secret"], "web:/evil/new").Fails(125, "no such directory: /evil");
        Assert.False(File.Exists(_files["new"]));
        // The link itself is copied as one.
        _root.Run("cp", "web:/up", _files["out"]).Succeeds();
        Assert.Equal("../../../../../.." + secret, new FileInfo(_files["out"]).LinkTarget);
    }

    [Fact]
    public void A_container_that_swaps_names_meanwhile_gets_no_file_of_the_host()
    {
        string secret = _files.Write("secret", "host");
        Directory.CreateDirectory(Path.Combine(_rootfs.Path, "d"));
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "sh", "-c",
            $"cd /d; while :; do ln -sfn {secret} x; rm -f x; echo mine > x; done")
            .Exits(0);
        for (int i = 0; i < 30; i++)
        {
            _root.Run("cp", "web:/d", _files[$"copy{i}"]);
            string file = _files[$"copy{i}/x"];
            if (new FileInfo(file) is { Exists: true, LinkTarget: null }) Assert.NotEqual("host", File.ReadAllText(file));
        }
    }

    [Requires(Need.Root)]
    public void Owners_are_the_containers()
    {
        Minirun.Other("chown", "-R", "100000:100000", _rootfs.Path).Succeeds();
        Detached("web", "--userns", "0:100000:65536");
        _files.Write("file", "1");
        Minirun.Other("sh", "-c", "chown 1000:1001 $0 && chmod 4755 $0", _files["file"]).Succeeds();
        _root.Run("cp", _files["file"], "web:/root-s").Succeeds();
        _root.Run("cp", "-a", _files["file"], "web:/same").Succeeds();
        // A program that ran as 1000 does not run as root because it was copied.
        Assert.Equal("0:0 755\n1000:1001 4755\n", _root.Run("exec", "web", "stat", "-c", "%u:%g %a", "/root-s", "/same").Succeeds().Out);
        _root.Run("cp", "-a", "web:/same", _files["back"]).Succeeds();
        _root.Run("cp", "web:/same", _files["mine"]).Succeeds();
        Assert.Equal("1000:1001 4755\n0:0 755\n", Minirun.Other("stat", "-c", "%u:%g %a", _files["back"], _files["mine"]).Succeeds().Out);
        Assert.Equal("1000/1001\n", Cp("web:/same - | tar -tv --numeric-owner | awk '{ print $2 }'").Succeeds().Out);
        Cp(
            "-a web:/same - | tar -C . -xp --numeric-owner --transform 's/same/third/' && " + Programs.Minirun + " cp web:/same - | "
                + Programs.Minirun + " cp -a - web:/tmp")
            .Succeeds();
        Assert.Equal("1000:1001 4755\n", _root.Run("exec", "web", "stat", "-c", "%u:%g %a", "/tmp/same").Succeeds().Out);
    }

    /// <summary>
    /// The host's root may write there what the container may not, and owner and mode of such a file are the host's: neither by a link nor
    /// by a mount of the container's is anything of the kernel's read or written.
    /// </summary>
    [TheoryRequires(Need.Root)]
    [InlineData("ln -s /proc/sys/fs/lease-break-time /tmp/x", "/tmp/x")]
    [InlineData("ln -s /sys/kernel/notes /tmp/x", "/tmp/x")]
    [InlineData("ln -s /proc/sys/fs /tmp/d", "/tmp/d/lease-break-time")]
    [InlineData("touch /tmp/x; mount --bind /proc/keys /tmp/x", "/tmp/x")]
    [InlineData("ln -s /dev/pts/ptmx /tmp/x", "/tmp/x")]
    public void What_the_kernel_shows_is_not_the_containers(string script, string path)
    {
        Minirun.Other("chown", "-R", "100000:100000", _rootfs.Path).Succeeds();
        Detached("web", "--userns", "0:100000:65536", "--privileged", "--tmpfs", "/tmp");
        _root.Run("exec", "--privileged", "web", "sh", "-c", script).Succeeds();
        _files.Write("file", File.ReadAllText("/proc/sys/fs/lease-break-time"));
        const string said = " is the kernel's";
        _root.Run("cp", _files["file"], "web:" + path).Fails(125, said);
        _root.Run("cp", "-L", "web:" + path, _files["out"]).Fails(125, said);
        Cp($"-L web:{path} - >/dev/null").Fails(125, said);
        Assert.False(File.Exists(_files["out"]));
    }

    [Fact]
    public void A_lease_on_a_file_holds_nobody()
    {
        _root.Detached(["--name", "web", "--tmpfs", "/tmp"], "/probe", "lease", "/tmp/file");
        Assert.True(
            Deadline.Wait(
                () => Minirun.Other("grep", "-q", $"LEASE  .* {_root.Inspect("web", ".State.Pid")} ", "/proc/locks").ExitCode == 0));
        _root.Run("cp", "web:/tmp/file", _files["out"])
            .Fails(125, "resource temporarily unavailable (EAGAIN)", "holds a lease on that file");
    }

    [Fact]
    public void Holes_of_a_file_are_no_bytes_of_the_copy()
    {
        Detached("web");
        const string make = "cd $0 && truncate -s 8T empty && truncate -s 1T file && printf begin | dd of=file conv=notrunc 2>/dev/null "
            + "&& printf end >>file";
        Minirun.Other("sh", "-c", make, Path.Combine(_rootfs.Path, "tmp")).Succeeds();
        _root.Run("cp", "web:/tmp", _files["copy"]).Succeeds();
        Assert.Equal(8L << 40, new FileInfo(_files["copy/empty"]).Length);
        Assert.Equal((1L << 40) + 3, new FileInfo(_files["copy/file"]).Length);
        Assert.Equal("beginend", Minirun.Other("sh", "-c", "head -c 5 $0; tail -c 3 $0", _files["copy/file"]).Succeeds().Out);
        Assert.Equal("0",
            Minirun.Other("sh", "-c", "find $0 -size +1024k -printf '%b\\n' | awk '$1 > 64' | wc -l", _files["copy"]).Succeeds().Lines[0]);
    }

    [Fact]
    public void A_whole_container_is_copied_without_what_the_kernel_shows()
    {
        Detached("web");
        _root.Run("cp", "web:/", _files["all"]).Succeeds();
        Assert.Empty(Directory.GetFileSystemEntries(_files["all/proc"]));
        Assert.Empty(Directory.GetFileSystemEntries(_files["all/sys"]));
        Assert.True(File.Exists(_files["all/bin/busybox"]));
        Assert.Equal("./proc/\n./sys/\n", Cp("web:/. - | tar -t | grep -E '^./(proc|sys)' | LC_ALL=C sort").Succeeds().Out);
        // Of the host's it is what its user names.
        _root.Run("cp", "/proc/sys/kernel/ostype", "web:/ostype").Succeeds();
        Assert.Equal("Linux\n", _root.Run("exec", "web", "cat", "/ostype").Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_file_system_of_a_container_with_ids_of_its_own_takes_files()
    {
        Minirun.Other("chown", "-R", "100000:100000", _rootfs.Path).Succeeds();
        Detached("web", "--userns", "0:100000:65536", "--tmpfs", "/tmp");
        Directory.CreateDirectory(_files["tree"]);
        _files.Write("tree/file", "1");
        Minirun.Other("sh", "-c", "chown 5:6 $0 && ln -s file $1/link && mkfifo $1/fifo && tar -C $1 -cf $2 .", _files["tree/file"],
            _files["tree"], _files["in.tar"])
            .Succeeds();
        _root.Run("cp", "-a", _files["tree"], "web:/tmp/one").Succeeds();
        _root.Run("cp", _files["tree"], "web:/dev/shm/two").Succeeds();
        _root.Run("exec", "web", "mkdir", "/tmp/three").Succeeds();
        Cp("- web:/tmp/three <in.tar").Succeeds();
        Assert.Equal("5:6 0:0 0:0",
            _root.Run("exec", "web", "sh", "-c", "echo $(stat -c %u:%g /tmp/one/file /dev/shm/two/file /tmp/three/file)")
                .Succeeds().Lines[0]);
    }

    private Result Cp(string words) =>
        Minirun.Other(_root.How with { WorkingDirectory = _files.Path }, "bash", "-c", $"set -o pipefail; {Programs.Minirun} cp {words}");

    private void Detached(string name, params string[] options) =>
        _root.Run(["run", "-d", "--name", name, .. options, _rootfs.Path, "sleep", "1000"]).Exits(0);

    private string Describe(string name) =>
        Minirun.Other("bash", "-c",
            """cd "$1" && find . -printf '%P %y %m %n %s %l %T@\n' | sed 's/^ d .*/top/; s/^link l.*777 1 \([0-9]*\) /link \1 /' | sort""",
            "-", _files[name])
            .Succeeds().Out;
}
