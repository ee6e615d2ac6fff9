using System.Text;
using System.Text.RegularExpressions;
using Minirun.Fuzz;
using Minirun.Plan;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;
using Minirun.Runtime.Tests.Plan;
using Xunit;

namespace Minirun.Runtime.Tests.Fuzz;

/// <summary>
/// Good documents, changed: each is taken, or refused by an error of ours that names the file and where in it. Never another exception,
/// never a hang. FUZZ_SEED and FUZZ_CASES make it others, and more.
/// </summary>
public sealed class ConfigFuzzTests
{
    private const string File = "/bundle/config.json";

    [Fact]
    public void A_changed_configuration_is_planned_or_refused()
    {
        var mutator = new JsonMutator(GoodDocuments.Bundles);
        int taken = FuzzRun.Each(20_000, mutator.Next, Plan, error => Refusal(error, File));
        Assert.InRange(taken, FuzzRun.Cases(20_000) / 20, FuzzRun.Cases(20_000));
    }

    [Fact]
    public void The_good_ones_are_planned() => Assert.All(GoodDocuments.Bundles, Plan);

    [Fact]
    public void A_changed_process_is_taken_or_refused() =>
        FuzzRun.Each(5_000, new JsonMutator(GoodDocuments.Processes).Next, json => Bundle.ParseProcess(json, "process.json"),
            error => Refusal(error, "process.json"));

    [Fact]
    public void Changed_resources_are_taken_or_refused() =>
        FuzzRun.Each(5_000, new JsonMutator(GoodDocuments.Resources).Next, json => Limits(Bundle.ParseResources(json, "resources.json")),
            error => Refusal(error, "resources.json"));

    [Fact]
    public void A_changed_seccomp_profile_is_compiled_or_refused() =>
        FuzzRun.Each(5_000, new JsonMutator(GoodDocuments.Profiles).Next,
            json => ProfileFile.Compile(Encoding.UTF8.GetString(json), "profile.json", ulong.MaxValue, new Version(6, 1)),
            error => Refusal(error, "profile.json"));

    [Fact]
    public void A_changed_state_is_read_or_refused() =>
        FuzzRun.Each(5_000, new JsonMutator(GoodStates.All).Next, json => StateFile.Read(json),
            error => error is System.Text.Json.JsonException ? null : "not a JsonException");

    private static void Plan(byte[] json)
    {
        OciSpec oci = Bundle.Parse(json, File);
        ContainerPlan plan = Planner.Build(BundleSpec.From(oci, "/srv", TestHost.Root(), new BundleOptions()), TestHost.Root());
        PlanEncoder.Encode(plan, 3, PlanMode.Report);
        if (oci.Linux.Resources is { } resources) Limits(resources);
    }

    /// <summary>All that is made of limits before a file is written.</summary>
    private static void Limits(OciResources resources)
    {
        V1Limits.Of(resources, _ => null);
        V2Limits.Of(resources, alone: false);
        V2Limits.Unified(resources);
        List<DeviceRule> rules = DeviceRules.Of(resources.Devices);
        DeviceProgram.Assemble(rules);
        foreach (bool unified in (bool[])[true, false])
        {
            var properties = new UnitProperties();
            properties.AddLimits(resources, unified);
            if (rules.Count > 0) properties.AddDevices(rules);
        }
    }

    /// <summary>Null when it is good: our own error, with the place first, and a hint.</summary>
    private static string? Refusal(Exception error, string file) =>
        error is not UserError user ? "not an error of ours"
        : string.IsNullOrWhiteSpace(user.Hint) ? "no hint"
        : user.Message.Contains("Exception", StringComparison.Ordinal) ? "not our own words"
        : !user.Message.StartsWith(file + ": ", StringComparison.Ordinal) && !s_place.IsMatch(user.Message) ? "it does not say where"
        : null;

    /// <summary>What the planner finds: where in the document, and why.</summary>
    private static readonly Regex s_place = new(
        @"^((process|root|mounts|linux|hooks|annotations)\b[^ ]*: |exec: """": executable file .*: the command is empty$)");
}
