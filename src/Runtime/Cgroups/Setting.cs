namespace Minirun.Runtime.Cgroups;

/// <summary>One limit as one write: the file, its text, and the field of linux.resources that asks for it.</summary>
internal readonly record struct Setting(string Controller, string File, string Value, string Field)
{
    /// <summary>The kernel may lack the file: what it would say is so anyway.</summary>
    public bool Optional { get; init; }
}
