using Minirun.Runtime.Bundles;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>
/// What the documents of the clients lead to: Golden/bundles/NAME.json gives NAME.txt. UPDATE_GOLDEN=1 writes the texts anew.
/// </summary>
public sealed class GoldenBundleTests
{
    public static TheoryData<string> Names =>
        [
            .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "bundles"), "*.json")
                .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_plan_of_a_bundle_is_as_in_its_golden_file(string name)
    {
        string directory = Path.Combine(AppContext.BaseDirectory, "Golden", "bundles");
        OciSpec oci = Bundle.Read(directory, name + ".json");
        ContainerPlan plan = Planner.Build(BundleSpec.From(oci, "/srv", TestHost.Root(), new BundleOptions()), TestHost.Root());
        GoldenFile.Check($"bundles/{name}.txt", PlanText.Of($"{name}.json", plan));
    }
}
