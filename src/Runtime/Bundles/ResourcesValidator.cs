using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Bundles;

/// <summary>
/// <c>linux.resources</c> of a document, and the document of <c>update --resources</c>. Zero, in most places, is how engines say nothing.
/// </summary>
public static class ResourcesValidator
{
    /// <exception cref="UserError">A value makes no sense.</exception>
    public static void Check(OciResources resources, string at)
    {
        if (resources.Memory is { } memory) CheckMemory(memory, at + ".memory");
        if (resources.Cpu is { } cpu) CheckCpu(cpu, at + ".cpu");
        if (resources.Pids?.Limit is { } pids) Limit(pids, at + ".pids.limit");
        CheckDevices(resources.Devices, at + ".devices");
        for (int i = 0; i < (resources.HugepageLimits?.Count ?? 0); i++)
            if (resources.HugepageLimits![i] is not { PageSize.Length: > 0 } limit || limit.PageSize.Contains('/'))
                throw Problem.At($"{at}.hugepageLimits[{i}].pageSize", "not a size such as 2MB");
        foreach (var (device, limit) in resources.Rdma ?? [])
            if (limit is null) throw Problem.At($"{at}.rdma.{device}", "null is not a limit");
        Problem.NoNulls(resources.Network?.Priorities, at + ".network.priorities");
        if (resources.BlockIO is { } io) CheckDevices(io, at + ".blockIO");
        if (resources.BlockIO?.Weight is { } weight and not 0) Problem.Range(weight, 10, 1000, at + ".blockIO.weight");
        foreach (var (file, value) in resources.Unified ?? [])
        {
            if (file.Contains('/')) throw Problem.At($"{at}.unified.{file}", "must be a file name (no slashes)");
            if (file.IndexOf('.') <= 0) throw Problem.At($"{at}.unified.{file}", "must be in the form CONTROLLER.PARAMETER");
            if (value is null) throw Problem.At($"{at}.unified.{file}", "null is not a string");
        }
    }

    private static void CheckDevices(OciBlockIO io, string at)
    {
        Problem.NoNulls(io.WeightDevice, at + ".weightDevice");
        Problem.NoNulls(io.ThrottleReadBpsDevice, at + ".throttleReadBpsDevice");
        Problem.NoNulls(io.ThrottleWriteBpsDevice, at + ".throttleWriteBpsDevice");
        Problem.NoNulls(io.ThrottleReadIopsDevice, at + ".throttleReadIOPSDevice");
        Problem.NoNulls(io.ThrottleWriteIopsDevice, at + ".throttleWriteIOPSDevice");
    }

    private static void CheckMemory(OciMemory memory, string at)
    {
        Limit(memory.Limit, at + ".limit");
        Limit(memory.Reservation, at + ".reservation");
        Limit(memory.Swap, at + ".swap");
        Limit(memory.Kernel, at + ".kernel");
        Limit(memory.KernelTcp, at + ".kernelTCP");
        if (memory.Swap > 0 && memory.Limit > memory.Swap)
            throw Problem.At(at + ".swap", $"{memory.Swap} for memory and swap together is less than the limit of memory, {memory.Limit}");
        if (memory.Swappiness is > 100 and var swappiness) throw Problem.At(at + ".swappiness", $"{swappiness} is not from 0 to 100");
    }

    private static void CheckCpu(OciCpu cpu, string at)
    {
        Problem.List(cpu.Cpus, at + ".cpus", "processors");
        Problem.List(cpu.Mems, at + ".mems", "memory nodes");
        if (cpu.Idle is { } idle) Problem.Range(idle, 0, 1, at + ".idle");
    }

    private static void CheckDevices(List<OciDeviceRule>? rules, string at)
    {
        for (int i = 0; i < (rules?.Count ?? 0); i++)
        {
            OciDeviceRule rule = rules![i] ?? throw Problem.At($"{at}[{i}]", "null is not a rule");
            Problem.OneOf(rule.Type ?? "", $"{at}[{i}].type", "type of device", rule.Type is null or "" or "a" or "b" or "c");
            if (rule.Access is { Length: > 0 } access && access.AsSpan().IndexOfAny("rwm") < 0)
                throw Problem.At($"{at}[{i}].access", $"'{access}' is not made of r, w and m");
        }
    }

    /// <summary>-1 is none.</summary>
    private static void Limit(long? value, string at)
    {
        if (value < -1) throw Problem.At(at, $"{value} is neither a limit nor -1 for none");
    }
}
