using System.Diagnostics.CodeAnalysis;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>The root file system's own /dev gets the devices.</summary>
public sealed class OpenDevOp() : PlaceOp(OpCode.OpenDev)
{
    public override string Call => $"openat2(root{Path}, O_PATH) = dev";

    public override string Doing => "open /dev of the root file system";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Place.Path = blob.AddText(Target);
}

/// <summary>A device node, or a pipe.</summary>
public sealed class DeviceOp() : PlaceOp(OpCode.Device)
{
    /// <summary>The host's node, to be bound where none may be made.</summary>
    public required string Source { get; init; }

    /// <summary>Type and mode of mknod(2).</summary>
    public required uint Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>A <see cref="DeviceNumber"/>; 0 of a pipe.</summary>
    public long Number { get; init; }

    public DeviceWay Way { get; init; }

    /// <summary>The node that the launcher makes.</summary>
    public MountSource? Prepared { get; init; }

    public override string Call
    {
        get
        {
            string number = Number == 0 ? "" : $", makedev({DeviceNumber.Major(Number)}, {DeviceNumber.Minor(Number)})";
            string type = (Mode & sys_stat.S_IFMT) switch { sys_stat.S_IFBLK => "S_IFBLK", sys_stat.S_IFIFO => "S_IFIFO", _ => "S_IFCHR" };
            string bound = Prepared is null ? $"open_tree({Quote(Source)}, OPEN_TREE_CLONE)" : $"made {Path}";
            string attributes = (Prepared is null ? "MOUNT_ATTR_RDONLY|" : "") + "MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC";
            return Way != DeviceWay.Make
                ? $"{bound}; statx({type}{number}); mount_setattr({attributes}); move_mount(→ root{Path})"
                : $"mknodat(root{Path}, {type}|0{Convert.ToString(Mode & 0xfff, 8)}{number}); fchownat({Uid}, {Gid})";
        }
    }

    public override string Doing => $"make the device {Path}";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ENODEV => "the host's node of that path is another device than the document says",
        Errno.ENOENT => "in a user namespace devices are bound from the host, which has none of that path",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Device = new()
    {
        Target = blob.AddText(Target),
        Source = blob.AddText(Source),
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Number = Number,
        Way = Way,
        NodeFd = Prepared?.Fd ?? 0,
    };
}

/// <summary>A descriptor of the host's /dev/null is replaced by one of the container's own.</summary>
public sealed class NullStdioOp : Operation
{
    [SetsRequiredMembers]
    public NullStdioOp() : base(OpCode.NullStdio, Phase.Mounts)
    {
        Name = "null-stdio";
        Path = "/dev/null";
        Why = "stdin, stdout or stderr that is the host's /dev/null becomes the container's own (CVE-2026-88265)";
        IfLeftOut = "root inside may change the mode of the host's /dev/null, when that is its stdin, stdout or stderr";
    }

    public override string Call => "openat(root/dev, \"null\") = fd; dup3(fd → 0, 1, 2 where they are /dev/null)";

    public override string Doing => "reopen /dev/null inside the container";

    public override string? Hint(int errno, Policy policy) => "the container's /dev/null is invalid";
}

public sealed class SymlinkOp() : PlaceOp(OpCode.Symlink)
{
    /// <summary>What the link says.</summary>
    public required string Text { get; init; }

    /// <summary>The target is a path in the root; else a name in /dev, whoever made that.</summary>
    public bool IsInRoot { get; init; }

    /// <summary>Whatever has the name is removed.</summary>
    public bool Replaces { get; init; }

    protected override string? Subject => Text;

    public override string Call => (Replaces ? $"unlinkat(root{Path}); " : "") + $"symlinkat({Quote(Text)}, root{Path})";

    public override string Doing => $"make the link {Path}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Symlink = new()
    {
        Text = blob.AddText(Text),
        Target = blob.AddText(Target),
        IsInRoot = IsInRoot,
        Replaces = Replaces,
    };
}

/// <summary>A directory in the root, made where it is missing.</summary>
public sealed class EnsureDirectoryOp() : PlaceOp(OpCode.EnsureDirectory, Phase.Entering)
{
    public override string Call => $"mkdirat(root, {Quote(Target)}, 0755)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Place.Path = blob.AddText(Target);
}

/// <summary>The container's own terminal.</summary>
public sealed class TerminalOp() : PlaceOp(OpCode.Terminal, Phase.Terminal)
{
    /// <summary>Its size; no rows: none is set.</summary>
    public uint Rows { get; init; }

    public uint Columns { get; init; }

    /// <summary>A newline that the command writes stays one.</summary>
    public bool PlainNewlines { get; init; }

    public override string Call =>
        "openat(root/dev/pts, \"ptmx\"); ioctl(TIOCGPTPEER); setsid(); ioctl(TIOCSCTTY); dup3(→ 0, 1, 2); move_mount(→ root/dev/console)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Terminal = new() { Name = blob.AddText(Target), Rows = Rows, Columns = Columns, PlainNewlines = PlainNewlines };
}
