using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>
/// What is not UTF-8 goes in and out as it came. $M is minirun, $B a root file system, x is \xe9; the working directory is a test's own.
/// </summary>
public sealed class BytesTests : IDisposable
{
    private const string Cafe = "63 61 66 e9";   // caf\xe9
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _files = new();
    private readonly TemporaryRootfs _rootfs = new();

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
        _files.Dispose();
    }

    private Result Bash(string script)
    {
        var how = _root.How with { WorkingDirectory = _files.Path };
        return Minirun.Other(how, "bash", "-c",
            $"set -e -o pipefail; M={Programs.Minirun}; B={_rootfs.Path}; x=$'caf\\xe9'; hex() {{ od -An -v -tx1 | tr -s ' \\n' ' ' | "
                + $"sed 's/^ //; s/ $//'; echo; }}; {script}");
    }

    /// <summary>In every way of running.</summary>
    [Theory]
    [InlineData("$M run", "")]
    [InlineData("$M run --rm -l a=b", "")]
    [InlineData("$M run -d --name web", "$M wait web >out; $M logs web")]
    public void A_command_gets_the_bytes_that_were_given(string run, string after)
    {
        string end = after.Length == 0 ? "" : ">out; " + after;
        // In the container: a log has U+FFFD in the place of such a byte, as docker's.
        _rootfs.WriteProgram("/hex", "#!/bin/sh\n\"$@\" | od -An -v -tx1 | tr -s ' \\n' ' '\n");
        void Gives(string flags, string command, string prepare = ":")
        {
            Result result = Bash($"{prepare}; {run} {flags} $B /hex {command} {end}; $M rm -f web >out 2>&1 || true");
            Assert.True(result.ExitCode == 0 && result.Out.Trim() == Cafe, $"{run} {flags} {command}: {result}");
        }
        Gives("", "printf %s \"$x\"");
        Gives("-e \"V=$x\"", "sh -c 'printf %s \"$V\"'");
        Gives("-e V", "sh -c 'printf %s \"$V\"'", "export V=$x");
        Gives("--env-file e", "sh -c 'printf %s \"$V\"'", "echo \"V=$x\" >e");
        Gives("--env-file \"$x\"", "sh -c 'printf %s \"$V\"'", "echo \"V=$x\" >\"$x\"");
        Gives("-w \"/tmp/$x\"", "sh -c 'printf %s \"${PWD#/tmp/}\"'");
        Gives("-v \"$PWD/d$x:/data\"", "cat /data/f", "mkdir -p \"d$x\" && printf %s \"$x\" >\"d$x/f\"");
        Gives("-v \"./d$x:/data\"", "cat /data/f");
        Gives("--mount \"type=bind,src=$PWD/d$x,dst=/data\"", "cat /data/f");
        Gives("-v \"$PWD:/m$x\"", "sh -c 'cd /m*; printf %s \"${PWD#/m}\"'");
        Gives("--tmpfs \"/t$x\"", "sh -c 'cd /tc*; printf %s \"${PWD#/t}\"'");
        Gives("-v ./rel:/data", "cat /data/f", "mkdir -p \"c$x/rel\" && printf %s \"$x\" >\"c$x/rel/f\" && cd \"c$x\"");
    }

    [Fact]
    public void A_unit_of_systemd_makes_the_container_from_the_same_bytes()
    {
        string unit = Bash("$M create --name web -e \"V=$x\" -l \"n=$x\" $B echo \"$x\" >out; $M generate systemd --new web").Exits(0).Out;
        Assert.Contains($"create --name=web \"--env=V=caf\\xe9\" \"--label=n=caf\\xe9\" -- {_rootfs.Path} echo \"caf\\xe9\"\n", unit);
    }

    [Fact]
    public void An_exec_gets_the_bytes_that_were_given()
    {
        Bash("$M run -d --name web $B sleep 1000; mkdir -p \"$B/tmp/$x\"; echo \"V=$x\" >e").Exits(0);
        foreach (string words in (string[])["web printf %s \"$x\"", "-e \"V=$x\" web sh -c 'printf %s \"$V\"'",
            "-e V web sh -c 'printf %s \"$V\"'", "--env-file e web sh -c 'printf %s \"$V\"'",
            "-w \"/tmp/$x\" web sh -c 'printf %s \"${PWD#/tmp/}\"'"])
        {
            Result result = Bash($"export V=$x; $M exec {words} | hex");
            Assert.True(result.ExitCode == 0 && result.Out == Cafe + "\n", $"exec {words}: {result}");
        }
    }

    [Fact]
    public void Files_keep_their_names()
    {
        Bash("$M run -d --name web -v data:/data $B sleep 1000; printf %s \"$x\" >\"$x\"; ln -s \"$x\" link").Exits(0);
        Assert.Equal(Cafe + "\n", Bash("$M cp \"$x\" web:/data/; $M exec web sh -c 'cd /data; printf %s *' | hex").Exits(0).Out);
        Assert.Equal(Cafe + "\n", Bash("$M cp link web:/data/; $M exec web readlink -n /data/link | hex").Exits(0).Out);
        Assert.Equal(Cafe + "\n", Bash("mkdir back; $M cp \"web:/data/$x\" back; cd back; printf %s * | hex").Exits(0).Out);
        Assert.Equal(Cafe + "\n", Bash("mkdir all; $M cp web:/data/. all; cd all; printf %s c* | hex").Exits(0).Out);
        // Short and long names, in an archive, both ways.
        Bash(
            "l=$(printf 'n%.0s' $(seq 150)); mkdir -p in/t && cd in && touch \"t/$x\" \"t/$l$x\" && ln -s \"$l$x\" \"t/link\" && ln "
                + "\"t/$l$x\" t/second && tar -cf ../in.tar t")
            .Exits(0);
        Bash(
            "$M cp - web:/tmp <in.tar; $M cp web:/tmp/t - >out.tar; mkdir out && tar -C out -xf out.tar 2>warnings; diff -r in out; cd "
                + "out/t; ls -b | md5sum >../a; cd ../../in/t; ls -b | md5sum | diff - ../../out/a; readlink link | diff - <(cd "
                    + "../../out/t; readlink link)")
            .Exits(0);
        // Only escaped is such a name told from others, and harmless in a terminal.
        Assert.Equal("A /newcaf\\xe9\n", Bash("touch \"$B/new$x\"; $M diff web | grep -a new").Exits(0).Out);
        Bash("$M rm -f web; $M volume rm data; [[ ! -e $MINIRUN_ROOT/volumes/data ]]; [[ $(ls $MINIRUN_ROOT/volumes) == '' ]]").Exits(0);
    }

    [Fact]
    public void A_root_file_system_may_be_called_so()
    {
        Assert.Equal("ok\n", Bash("cp -a $B \"r$x\"; $M run \"r$x\" echo ok").Exits(0).Out);
        Assert.Equal("ok\n", Bash("$M run --rm -l a=b \"./r$x\" echo ok").Exits(0).Out);
    }

    /// <summary>Names of ours are ASCII.</summary>
    [Theory]
    [InlineData("$M run --name \"$x\" $B true", "caf\\xe9")]
    [InlineData("$M run -d --name \"$x\" $B true", "caf\\xe9")]
    [InlineData("$M volume create \"$x\"", "caf\\xe9")]
    [InlineData("$M run -v \"$x:/data\" $B true", "caf\\xe9")]
    [InlineData("$M volume rm \"$x\"", "caf\\xe9")]
    [InlineData("$M rm \"$x\"", "caf\\xe9")]
    public void A_name_of_ours_is_refused_and_shown(string command, string shown)
    {
        Result result = Bash(command);
        Assert.InRange(result.ExitCode, 1, 125);
        Assert.Contains(shown, result.Error, StringComparison.Ordinal);
    }
}
