namespace System.Runtime;

/// <summary>
/// The AOT compiler knows this attribute by name: the method is the C function <c>entry</c>, called without any transition.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RuntimeImportAttribute(string library, string entry) : Attribute
{
    public string Library { get; } = library;

    public string Entry { get; } = entry;
}
