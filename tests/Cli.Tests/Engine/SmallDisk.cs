using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A place for containers on a disk of 2 MiB, in a mount namespace of its own, which goes with it.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Page = 4096;
    private readonly TemporaryDirectory _directory = new();
    private readonly RunningProgram _holder;

    public SmallDisk()
    {
        _holder = new(Start.Plain with { Deadline = TimeSpan.FromMinutes(2) }, "unshare",
            ["-m", "sh", "-c", $"mount -t tmpfs -o size=2m,mode=755 minirun-small {_directory.Path} && echo ready && read line"]);
        _holder.AwaitOut("ready");
    }

    /// <summary>Runs minirun there.</summary>
    public Result Run(params string[] arguments) => Inside([Programs.Minirun, .. arguments]);

    /// <summary>Leaves so many pages of the disk.</summary>
    public void Fill(int pages) =>
        Inside("sh", "-c", $"cd {_directory.Path} && (dd if=/dev/zero of=filler bs=4k; truncate -s -{pages * Page} filler) 2>/dev/null")
            .Exits(0);

    /// <summary>Makes room again.</summary>
    public void Free() => Inside("rm", "-f", _directory["filler"]).Succeeds();

    /// <summary>Files of containers, and what is half written anywhere.</summary>
    public string Left() =>
        Inside("sh", "-c",
            $"cd {_directory.Path}; find containers names run/oci -mindepth 1 2>/dev/null; find . -name '*.tmp' -o -name '.new*'")
            .Exits(0).Out;

    public Result Inside(params string[] command) =>
        Support.Minirun.Other(new Start { Environment = { ["MINIRUN_ROOT"] = _directory.Path } }, "nsenter",
            ["-m", $"-w{Environment.CurrentDirectory}", "-t", $"{_holder.Pid}", .. command]);

    public void Dispose()
    {
        Free();
        if (Run("ps", "-aq").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } all) Run(["rm", "-f", .. all]);
        _holder.Input.Close();
        _holder.Result();
        _holder.Dispose();
        _directory.Dispose();
    }
}
