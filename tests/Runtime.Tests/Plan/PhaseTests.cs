using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>--explain shows phases: whoever adds an operation says which one it belongs to.</summary>
public sealed class PhaseTests
{
    [Fact]
    public void Every_phase_is_explained_in_a_line_of_80_columns() =>
        Assert.All(Enum.GetValues<Phase>(), phase =>
        {
            var (name, meaning) = Phases.Describe(phase);
            Assert.Matches("^[a-z]{4,10}$", name);
            Assert.InRange(meaning.Length, 20, 65);
        });

    [Fact]
    public void A_plan_has_about_ten_phases_one_after_the_other()
    {
        foreach (var (name, scenario) in Scenarios.All)
        {
            var (_, options, host) = scenario();
            ContainerPlan plan = Planner.Build(SpecBuilder.Build(options, host), host);
            Phase[] phases = [.. plan.Operations.Select(operation => operation.Phase)];
            Assert.InRange(phases.Distinct().Count(), 4, 12);
            int turns = phases.Zip(phases.Skip(1)).Count(pair => pair.First != pair.Second) + 1;
            // A filter without no_new_privs, or a directory that is made, may stand among others.
            Assert.True(turns <= phases.Distinct().Count() + 4, $"{name}: {string.Join(' ', phases)}");
        }
    }
}
