using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Probe;

internal static partial class Signals
{
    /// <summary>Prints `ready`, then the number of the first of these signals that arrives.</summary>
    public static int Await(string[] numbers)
    {
        using var arrived = new BlockingNumber();
        var registrations = new List<PosixSignalRegistration>();
        foreach (string number in numbers)
        {
            int raw = int.Parse(number);
            registrations.Add(PosixSignalRegistration.Create((PosixSignal)raw, context =>
            {
                context.Cancel = true;
                arrived.Set(raw);
            }));
        }
        Out.Line("ready");
        Out.Flush();
        Out.Line(arrived.Wait().ToString());
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        return 0;
    }

    public static int KillSelf(int number)
    {
        signal_(number, 0);   // the .NET runtime has handlers for some
        Minirun.Linux.signal.kill(unistd.getpid(), number);
        return 0;
    }

    public static void Ignore(int number) => signal_(number, 1);

    [LibraryImport("libc", EntryPoint = "signal")] private static partial nint signal_(int number, nint handler);

    private sealed class BlockingNumber : IDisposable
    {
        private readonly ManualResetEventSlim _set = new();
        private int _number;

        public void Set(int number)
        {
            _number = number;
            _set.Set();
        }

        public int Wait()
        {
            _set.Wait();
            return _number;
        }

        public void Dispose() => _set.Dispose();
    }
}
