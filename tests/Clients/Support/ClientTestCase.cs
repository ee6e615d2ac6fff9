using Xunit.Abstractions;
using Xunit.Sdk;

namespace Minirun.Clients.Support;

/// <summary>xunit 2 knows skipping only before a test starts; this reports a <see cref="SkippedException"/> as a skip.</summary>
public sealed class ClientTestCase : XunitTestCase
{
    [Obsolete("for xunit, which makes it empty and fills it in")]
    public ClientTestCase()
    {
    }

    public ClientTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    public override async Task<RunSummary> RunAsync(IMessageSink diagnosticMessageSink, IMessageBus messageBus,
        object[] constructorArguments, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource)
    {
        using var bus = new SkipBus(messageBus);
        RunSummary summary = await base.RunAsync(diagnosticMessageSink, bus, constructorArguments, aggregator, cancellationTokenSource);
        summary.Failed -= bus.Skipped;
        summary.Skipped += bus.Skipped;
        return summary;
    }
}
