using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions of &lt;stdlib.h&gt;.</summary>
public static unsafe partial class stdlib
{
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes))]
    private static partial byte* getenv(string name);

    /// <summary>
    /// A variable of our environment, all of its bytes (<see cref="KernelText"/>): .NET's strings lose what is not UTF-8. Null when it is
    /// not set.
    /// </summary>
    public static string? Variable(string name) =>
        name.Length > 0 && getenv(name) is var value && value != null
            ? KernelText.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(value))
            : null;
}
