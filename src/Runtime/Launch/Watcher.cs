using Minirun.Plan;

namespace Minirun.Runtime.Launch;

/// <summary>Somebody who wants to see each operation: --explain and --step.</summary>
public abstract class Watcher
{
    /// <summary>There is a child that becomes the container.</summary>
    public virtual void Started(int pid)
    {
    }

    /// <summary>An operation is about to start; returning lets it.</summary>
    public abstract void Before(int op);

    /// <summary>An operation has ended, after so many nanoseconds.</summary>
    public abstract void After(int op, ReportKind kind, long nanoseconds);

    /// <summary>An operation failed.</summary>
    public abstract void Failed(int op, string message);
}
