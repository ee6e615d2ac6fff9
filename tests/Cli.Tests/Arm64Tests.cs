using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>
/// minirun for arm64, run by qemu's user-mode emulation. That has no namespaces to clone into and, in Debian 12, no openat2(2): no
/// container starts there, and all that comes before a start can be looked at (docs/arm64.md).
/// </summary>
public sealed class Arm64Tests
{
    private static Result Run(params string[] arguments) => Run(Support.Start.Plain, arguments);

    private static Result Run(Start how, params string[] arguments) =>
        Support.Minirun.Other(how, Programs.Arm64Emulator, [Programs.Arm64Minirun, .. arguments]);

    [Requires(Need.Arm64)]
    public void Version_names_the_processor() => Assert.Matches(@"Architecture: +arm64\n", Run("version").Succeeds().Out);

    [Requires(Need.Arm64)]
    public void Doctor_says_what_the_emulation_lacks()
    {
        using var temporary = new TemporaryDirectory();
        Result result = Run(new Start { Environment = { ["TMPDIR"] = temporary.Path } }, "doctor", "--json").Exits(1);
        JsonElement[] probes = [.. JsonDocument.Parse(result.Out).RootElement.EnumerateArray()];
        JsonElement run = Assert.Single(probes, probe => probe.GetProperty("name").GetString() == "run");
        Assert.Equal("missing", run.GetProperty("state").GetString());
        Assert.Contains(probes,
            probe => probe.GetProperty("name").GetString() == "kernel" && probe.GetProperty("state").GetString() == "ok");
        Assert.Empty(Directory.GetFileSystemEntries(temporary.Path));
    }

    public static TheoryData<string> Options =>
    [
        "", "--read-only", "--ephemeral", "--privileged", "--net none", "--init --tty=false", "--memory 64m --pids-limit 10",
            "--user 0:0 --workdir /tmp",
        "--tmpfs /scratch:size=1m --hostname arm", "--security-opt seccomp=unconfined --cap-drop ALL", "--pid host --ipc host",
    ];

    /// <summary>A plan is the same data on both: only the filter's instructions, which nobody prints, are of the processor.</summary>
    [TheoryRequires(Need.Arm64 | Need.UserNamespaces)]
    [MemberData(nameof(Options))]
    public void The_plan_of_a_run_is_that_of_x86_64(string options)
    {
        string[] arguments = ["run", "--dry-run", "--explain=json", .. Words(options), Rootfs.Busybox, "true"];
        Result native = Support.Minirun.Run(arguments).Exits(0), emulated = Run(arguments).Exits(0);
        Assert.Equal((native.Out, native.Error), (emulated.Out, emulated.Error));
        Assert.Contains("\"name\":\"clone\"", native.Out + native.Error);
    }

    [Requires(Need.Arm64 | Need.UserNamespaces)]
    public void The_document_of_a_run_differs_in_the_filter_alone()
    {
        string[] arguments = ["run", "--print-spec", Rootfs.Busybox, "true"];
        JsonNode native = JsonNode.Parse(Support.Minirun.Run(arguments).Succeeds().Out)!,
            emulated = JsonNode.Parse(Run(arguments).Succeeds().Out)!;
        JsonNode filter = emulated["linux"]!["seccomp"]!;
        Assert.Equal(["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], filter["architectures"]!.AsArray().Select(each => (string)each!));
        emulated["linux"]!["seccomp"] = native["linux"]!["seccomp"]!.DeepClone();
        Assert.Equal(native.ToJsonString(), emulated.ToJsonString());
    }

    /// <summary>What reads and writes files, waits for them and asks the kernel works as it does elsewhere.</summary>
    [Requires(Need.Arm64)]
    public void Verbs_without_a_container_do_what_they_do_elsewhere()
    {
        foreach (string[] arguments in (string[][])[["run", "--help"], ["completion", "bash"], ["network", "ls"],
            ["run", "--memory", "nonsense", "x"]])
        {
            Result native = Support.Minirun.Run(arguments), emulated = Run(arguments);
            Assert.Equal((native.ExitCode, native.Out, native.Error), (emulated.ExitCode, emulated.Out, emulated.Error));
        }
        Assert.Contains("Architecture: aarch64\n", Run("info").Succeeds().Out);
    }

    private static string[] Words(string options) => options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
