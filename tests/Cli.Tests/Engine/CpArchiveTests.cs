using System.Formats.Tar;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary><c>cp</c> from and to an archive.</summary>
public sealed class CpArchiveTests : IDisposable
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
    public void An_archive_is_packed_and_unpacked()
    {
        Detached("web", "--tmpfs", "/tmp");
        Minirun.Other("bash", "-c", """
            mkdir -p "$1/tree/deep" && cd "$1/tree" && head -c 100000 /dev/urandom > deep/file && chmod 640 deep/file &&
            ln deep/file second && ln -s /etc/passwd link && mkfifo fifo
            chmod 4755 fifo && chmod 555 deep && find . -depth -exec touch -h -d 2001-02-03T04:05:06.1234567 {} +
            tar -C "$1" --format=pax -cf "$1/in.tar" tree
            """, "-", _files.Path).Succeeds();
        Cp("- web:/tmp <in.tar").Succeeds();
        Cp("web:/tmp/tree - >out.tar && mkdir back && tar -C back -xpf out.tar").Succeeds();
        Assert.Equal(Describe("tree"), Describe("back/tree"));
        Assert.Equal("./\n./deep/\n./deep/file\n", Cp("web:/tmp/tree/. - | tar -t | LC_ALL=C sort | head -3").Succeeds().Out);
    }

    [Fact]
    public void What_is_nested_deeper_than_any_path_is_copied_but_not_packed()
    {
        Detached("web", "--tmpfs", "/tmp");
        Minirun.Other(Programs.Probe, "deepen", Directory.CreateDirectory(_files["deep"]).FullName, "5000").Succeeds();
        _root.Run("cp", _files["deep"], "web:/tmp").Succeeds();
        _root.Run("cp", "web:/tmp/deep", _files["back"]).Succeeds();
        Assert.Equal("5000 deep\n", Minirun.Other(Programs.Probe, "depth", _files["back"]).Succeeds().Out);
        Cp("web:/tmp/deep - >/dev/null").Fails(125, "nested deeper than 4096 bytes of path");
    }

    /// <summary>What stands on standard input, and what is said.</summary>
    [Theory]
    [InlineData("- web:/tmp <file", "not a tar archive")]
    [InlineData("- web:/tmp <up.tar", "leads out of the directory")]
    [InlineData("- web:/nowhere <up.tar", "no such file or directory: /nowhere")]
    [InlineData("- web:/etc/passwd <up.tar", "no directory: /etc/passwd")]
    [InlineData("- ./here <up.tar", "no container's")]
    [InlineData("- - <up.tar", "both are an archive")]
    public void What_is_no_archive_for_it_is_refused(string words, string message)
    {
        Detached("web", "--tmpfs", "/tmp");
        Minirun.Other("bash", "-c", """
            cd "$1" && seq 1000 >file && echo evil >evil && tar -cPf up.tar --transform 's,^,../../,' evil
            """, "-", _files.Path).Succeeds();
        Cp(words).Fails(125, message);
        Assert.Equal("", _root.Run("exec", "web", "find", "/", "-xdev", "-name", "evil").Out);
    }

    [Fact]
    public void Links_of_an_archive_stay_in_the_container()
    {
        Detached("web", "--tmpfs", "/tmp");
        string outside = _files.Path + "/outside", secret = _files.Write("secret", "host");
        Directory.CreateDirectory(outside);
        // A link that leads out, then a file through it.
        Archive(new PaxTarEntry(TarEntryType.SymbolicLink, "way") { LinkName = outside }, File("way/file"));
        Cp("- web:/tmp <made.tar").Fails(125, "way");
        Archive(new PaxTarEntry(TarEntryType.SymbolicLink, "up") { LinkName = "../../../../../../.." }, File($"up{outside}/file"));
        Cp("- web:/tmp <made.tar").Succeeds();
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        // Another name for a file of the host.
        Archive(new PaxTarEntry(TarEntryType.HardLink, "mine") { LinkName = secret });
        Cp("- web:/tmp <made.tar").Fails(125, "not there");

        static PaxTarEntry File(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) };
    }

    private void Archive(params TarEntry[] entries)
    {
        using FileStream file = System.IO.File.Create(_files["made.tar"]);
        using var tar = new TarWriter(file);
        foreach (TarEntry entry in entries) tar.WriteEntry(entry);
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
