namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Names of system calls for people.</summary>
public static class SystemCallName
{
    /// <param name="architecture">AUDIT_ARCH_*.</param>
    /// <param name="number">As the kernel's audit has it.</param>
    /// <returns>The name; else its number.</returns>
    public static string Of(uint architecture, int number)
    {
        foreach (SeccompArchitecture each in SeccompArchitecture.All)
            if (each.Audit == architecture && each.Call((uint)number) is { } name) return name;
        return "number " + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
