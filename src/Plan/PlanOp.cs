using System.Runtime.InteropServices;

namespace Minirun.Plan;

/// <summary>
/// One operation: its kind, and the arguments of that kind. This is a union, as C has it: which field is meant is said by
/// <see cref="Code"/>, and each field's type says what it is made of, for the one who writes it (src/Runtime/Plan/Ops) and the one who
/// carries it out (src/Init).
/// </summary>
[StructLayout(LayoutKind.Explicit)]
public struct PlanOp
{
    private const int Arguments = 16;

    [FieldOffset(0)] public OpCode Code;
    [FieldOffset(4)] public OpFlags Flags;

    /// <summary>Its number in the whole plan, which also holds the parent's operations.</summary>
    [FieldOffset(8)] public int Index;

    [FieldOffset(Arguments)] public BindRootArguments BindRoot;
    [FieldOffset(Arguments)] public OverlayArguments Overlay;
    [FieldOffset(Arguments)] public PivotRootArguments PivotRoot;
    [FieldOffset(Arguments)] public MoveRootArguments MoveRoot;
    [FieldOffset(Arguments)] public RootAttributesArguments RootAttributes;
    [FieldOffset(Arguments)] public CheckRootArguments CheckRoot;

    [FieldOffset(Arguments)] public FileSystemArguments FileSystem;
    [FieldOffset(Arguments)] public BindArguments Bind;
    [FieldOffset(Arguments)] public CgroupBindArguments CgroupBind;
    [FieldOffset(Arguments)] public RemountArguments Remount;
    [FieldOffset(Arguments)] public MountAttributesArguments MountAttributes;
    [FieldOffset(Arguments)] public CopyArguments Copy;
    [FieldOffset(Arguments)] public SymlinkArguments Symlink;
    [FieldOffset(Arguments)] public DeviceArguments Device;
    [FieldOffset(Arguments)] public PlaceArguments Place;
    [FieldOffset(Arguments)] public TerminalArguments Terminal;

    [FieldOffset(Arguments)] public NumberArguments Number;
    [FieldOffset(Arguments)] public TextArguments Text;
    [FieldOffset(Arguments)] public BytesArguments Bytes;
    [FieldOffset(Arguments)] public MemoryPolicyArguments MemoryPolicy;
    [FieldOffset(Arguments)] public RlimitArguments Rlimit;
    [FieldOffset(Arguments)] public WriteArguments Write;
    [FieldOffset(Arguments)] public OpenProcArguments OpenProc;
    [FieldOffset(Arguments)] public LabelArguments Label;
    [FieldOffset(Arguments)] public TimeNamespaceArguments TimeNamespace;
    [FieldOffset(Arguments)] public HookArguments Hook;

    [FieldOffset(Arguments)] public BoundingArguments Bounding;
    [FieldOffset(Arguments)] public CapabilitiesArguments Capabilities;
    [FieldOffset(Arguments)] public IdentityArguments Identity;
    [FieldOffset(Arguments)] public StdioOwnerArguments StdioOwner;
    [FieldOffset(Arguments)] public SeccompArguments Seccomp;
    [FieldOffset(Arguments)] public CloseFdsArguments CloseFds;
    [FieldOffset(Arguments)] public WorkingDirectoryArguments WorkingDirectory;
    [FieldOffset(Arguments)] public AwaitStartArguments AwaitStart;
    [FieldOffset(Arguments)] public ReaperArguments Reaper;
    [FieldOffset(Arguments)] public ExecArguments Exec;
}
