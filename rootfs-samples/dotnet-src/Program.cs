using System.Runtime.InteropServices;

Console.WriteLine($"hello from .NET on {Environment.MachineName}");
Console.WriteLine($"  framework  {RuntimeInformation.FrameworkDescription}");
Console.WriteLine($"  pid        {Environment.ProcessId}");
Console.WriteLine($"  uid        {EffectiveUserId()}");
Console.WriteLine($"  arguments  {string.Join(' ', args)}");

// From /proc, so that this also shows whether the container has one.
static string EffectiveUserId() =>
    File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2]
        : "unknown: no /proc";
