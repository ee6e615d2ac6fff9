using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>
/// A directory mounted on a file, or a file on a directory, in every form there is: docker's question, not an error number.
/// </summary>
public sealed class DirectoryOnFileTests : IDisposable
{
    private const string Question = "are you mounting a directory onto a file (or vice-versa)?";
    private readonly TemporaryDirectory _directory = new();

    public DirectoryOnFileTests()
    {
        Directory.CreateDirectory(_directory["dir"]);
        File.WriteAllText(_directory["file"], "");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-v", "DIR:/etc/passwd")]
    [InlineData("-v", "DIR:/etc/passwd:ro")]
    [InlineData("-v", "FILE:/etc")]
    [InlineData("-v", "FILE:/etc/")]
    [InlineData("-v", "/dev/null:/etc")]
    [InlineData("--mount", "type=bind,source=DIR,target=/etc/passwd")]
    [InlineData("--mount", "type=bind,source=FILE,target=/etc,readonly")]
    [InlineData("--mount", "type=tmpfs,target=/etc/passwd")]
    [InlineData("--tmpfs", "/etc/passwd")]
    [InlineData("--ephemeral", "-v", "DIR:/etc/passwd")]
    [InlineData("-v", "data:/etc/passwd")]
    public void It_is_asked_whichever_way_it_is_run(params string[] flags)
    {
        string[] options = [.. flags.Select(flag => flag.Replace("DIR", _directory["dir"]).Replace("FILE", _directory["file"]))];
        Start how = Start.Plain with { Environment = new() { ["MINIRUN_ROOT"] = _directory["root"] } };
        foreach (string[] way in (string[][])[[], ["-d"], ["--log-driver", "none"]])
        {
            Result result = Minirun.Run(how, ["run", "--rm", .. way, .. options, Rootfs.Busybox, "true"]);
            result.Fails(125, "/etc", "not a directory", Question);
            Assert.DoesNotContain("EINVAL", result.Error);
        }
    }

    [Fact]
    public void It_is_asked_of_a_container_file()
    {
        File.WriteAllText(_directory["web.yaml"],
            $"rootfs: {Rootfs.Busybox}\nvolumes: ['{_directory["dir"]}:/etc/passwd']\ncommand: 'true'\n");
        Minirun.Run("run", "--file", _directory["web.yaml"]).Fails(125, "/etc/passwd", "not a directory", Question);
    }

    [Theory]
    [InlineData("dir", "/etc/passwd")]
    [InlineData("file", "/etc")]
    public void It_is_asked_of_a_bundle(string source, string destination)
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle(config => config["mounts"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["destination"] = destination,
            ["type"] = "bind",
            ["source"] = _directory[source],
            ["options"] = new JsonArray("bind"),
        }), "true");
        Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID");
        Assert.True(result.ExitCode != 0 && result.Error.Contains("not a directory"), result.ToString());
        Assert.Contains(destination, result.Error);
    }
}
