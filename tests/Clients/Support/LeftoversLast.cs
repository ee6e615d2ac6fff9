using Xunit.Abstractions;
using Xunit.Sdk;

namespace Minirun.Clients.Support;

/// <summary>Within a class: the test that looks for leftovers comes after all others.</summary>
public sealed class LeftoversLast : ITestCaseOrderer
{
    public const string Name = "Minirun.Clients.Support.LeftoversLast", Assembly = "Minirun.Clients";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        testCases.OrderBy(test => test.TestMethod.Method.Name.StartsWith("Nothing_is_left", StringComparison.Ordinal));
}
