namespace Minirun.Runtime.Spec;

/// <summary>&lt;linux/ioprio.h&gt;: class and level in one number.</summary>
internal static class IoPriority
{
    private const int ClassShift = 13;

    private static readonly string[] s_classes = ["", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"];

    /// <summary>0 or less: there is no such class.</summary>
    public static int Class(string name) => Array.IndexOf(s_classes, name);

    public static int Encode(OciIoPriority priority) => Class(priority.Class) << ClassShift | priority.Priority;
}
