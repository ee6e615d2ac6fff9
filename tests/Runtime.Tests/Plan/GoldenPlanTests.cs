using Minirun.Runtime.Bundles;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>
/// What each form of <c>run</c> does, as text: Golden/NAME.txt. A change of the operations shows as a diff there; after a look at it,
/// UPDATE_GOLDEN=1 writes the files anew.
/// </summary>
public sealed class GoldenPlanTests
{
    private const string BundleName = "bundle-full";

    public static TheoryData<string> Names => [.. Scenarios.All.Keys, BundleName];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_plan_is_as_in_its_golden_file(string name) => GoldenFile.Check(name + ".txt", Render(name));

    [Fact]
    public void Every_golden_file_has_a_scenario()
    {
        IEnumerable<string> files = Directory.GetFiles(Path.Combine(Checkout.Root, "tests", "Runtime.Tests", "Golden"), "*.txt")
            .Select(file => Path.GetFileNameWithoutExtension(file)!);
        Assert.Equal(Scenarios.All.Keys.Append(BundleName).Order(), files.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_input_gives_the_same_plan(string name) => Assert.Equal(Render(name), Render(name));

    private static string Render(string name)
    {
        if (name == BundleName) return RenderBundle();
        (string command, RunOptions options, TestHost host) = Scenarios.All[name]();
        ContainerSpec spec = SpecBuilder.Build(options, host);
        ContainerPlan plan = Planner.Build(spec, host);
        plan.Without(options.Without);
        return PlanText.Of(command, plan);
    }

    /// <summary>A document with every section of the process's side, as root creates it.</summary>
    private static string RenderBundle()
    {
        OciSpec oci = Bundle.Parse(System.Text.Encoding.UTF8.GetBytes(Spec.BundleDocuments.Full), Bundle.ConfigName);
        ContainerSpec spec = BundleSpec.From(oci, "/srv", TestHost.Root(), new BundleOptions());
        return PlanText.Of("minirun-oci run, of a document with all that a process can have, as root",
            Planner.Build(spec, TestHost.Root()));
    }
}
