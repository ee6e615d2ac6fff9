using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Docs;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>The verbs of build.sh that build nothing, in a checkout that has no sources.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private readonly TemporaryDirectory _checkout = new();

    public BuildScriptTests()
    {
        File.Copy(Checkout.At("build.sh"), _checkout["build.sh"]);
        Directory.CreateDirectory(_checkout["rootfs-samples/dotnet-src"]);
        foreach (string script in Directory.GetFiles(Checkout.At("rootfs-samples"), "*.sh"))
            File.Copy(script, _checkout["rootfs-samples/" + Path.GetFileName(script)]);
    }

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public void The_help_lists_every_verb()
    {
        string help = Build("help").Succeeds().Out;
        Assert.Equal(help, Build().Succeeds().Out);
        Assert.Equal(help, Build("--help").Succeeds().Out);
        string verbs = File.ReadAllText(
            _checkout["build.sh"])[File.ReadAllText(_checkout["build.sh"]).IndexOf("case $verb in", StringComparison.Ordinal)..];
        foreach (Match line in Regex.Matches(verbs, @"^    ([a-z| -]+)\)", RegexOptions.Multiline))
            foreach (string verb in line.Groups[1].Value.Split('|', StringSplitOptions.TrimEntries))
                if (verb is not ("help" or "-h" or "--help")) Assert.Contains($"\n  {verb} ", help);
    }

    [Fact]
    public void A_processor_that_nothing_is_built_for_is_refused()
    {
        Assert.Contains("unknown processor 'mips'", Build("build", "--arch", "mips").Exits(1).Error);
        Assert.Contains("unknown argument '--archs'", Build("build", "--archs").Exits(1).Error);
    }

    [Fact]
    public void What_is_no_verb_is_refused()
    {
        Assert.Contains("unknown verb 'biuld'", Build("biuld").Exits(1).Error);
        Assert.Contains("busybox", Build("rootfs").Exits(1).Error);
        Assert.Contains("no recipe for 'bysubox'", Build("rootfs", "bysubox").Exits(1).Error);
    }

    [Fact]
    public void Clean_removes_what_was_built_and_nothing_else()
    {
        foreach (string made in (string[])["bin", "out/bin", "rootfs-samples/busybox/bin", "rootfs-samples/mine"])
            Directory.CreateDirectory(_checkout[made]);
        string[] kept = [
            .. Directory.GetFileSystemEntries(_checkout["rootfs-samples"])
                .Where(path => !path.EndsWith("busybox", StringComparison.Ordinal) && !path.EndsWith("mine", StringComparison.Ordinal))];
        Build("clean").Succeeds();
        Build("clean").Succeeds();
        Assert.Equal([_checkout["build.sh"], _checkout["rootfs-samples"]], Directory.GetFileSystemEntries(_checkout.Path).Order());
        Assert.Equal(kept.Order(), Directory.GetFileSystemEntries(_checkout["rootfs-samples"]).Order());
    }

    [Fact]
    public void Installed_programs_and_completions_are_below_the_prefix()
    {
        Directory.CreateDirectory(_checkout["bin"]);
        foreach (string program in (string[])["minirun", "minirun-tls"])
            File.Copy(Path.Combine(Programs.Bin, program), _checkout["bin/" + program]);
        string prefix = _checkout["pre fix"];
        Build("install", prefix).Exits(0);
        Build("install", prefix).Exits(0);
        Assert.Equal(["minirun", "minirun-oci", "minirun-tls"],
            Directory.GetFileSystemEntries(prefix + "/bin").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.StartsWith("minirun version ", Support.Minirun.Other(prefix + "/bin/minirun", "--version").Succeeds().Out);
        Assert.StartsWith("minirun-oci version ", Support.Minirun.Other(prefix + "/bin/minirun-oci", "--version").Succeeds().Out);
        foreach (string script in (string[])["bash-completion/completions/minirun", "zsh/site-functions/_minirun",
            "fish/vendor_completions.d/minirun.fish"])
            Assert.NotEmpty(File.ReadAllText($"{prefix}/share/{script}"));
    }

    private Result Build(params string[] arguments) =>
        Support.Minirun.Other(Start.Plain with { Environment = new() { ["MINIRUN_NO_INSTALL"] = "1" }, Deadline = TimeSpan.FromMinutes(2) },
            "/bin/bash", [_checkout["build.sh"], .. arguments]);
}
