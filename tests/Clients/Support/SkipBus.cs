using Xunit.Abstractions;
using Xunit.Sdk;

namespace Minirun.Clients.Support;

/// <summary>Passes messages on; the failure that a <see cref="SkippedException"/> makes becomes a skip.</summary>
internal sealed class SkipBus(IMessageBus next) : IMessageBus
{
    public int Skipped { get; private set; }

    public bool QueueMessage(IMessageSinkMessage message)
    {
        if (message is not ITestFailed failed || failed.ExceptionTypes.FirstOrDefault() != typeof(SkippedException).FullName)
            return next.QueueMessage(message);
        Skipped++;
        return next.QueueMessage(new TestSkipped(failed.Test, failed.Messages[0]));
    }

    public void Dispose()
    {
        // The bus behind belongs to xunit.
    }
}
