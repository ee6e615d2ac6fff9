using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.bpf;

namespace Minirun.Runtime.Cgroups;

/// <summary>Attaches a device program to a cgroup of version 2 (bpf(2)).</summary>
internal static unsafe class DeviceFilter
{
    private const int MaximumPrograms = 64;

    /// <summary>Puts the program in the place of those that are there. 0, or an error number.</summary>
    public static int Attach(string directory, ulong[] code)
    {
        int cgroup = fcntl.open(directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC);
        if (cgroup < 0) return Marshal.GetLastPInvokeError();
        int program = Load(code), errno = program < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (program >= 0)
        {
            errno = Replace(cgroup, program);
            unistd.close(program);
        }
        unistd.close(cgroup);
        return errno;
    }

    private static int Load(ulong[] code)
    {
        ReadOnlySpan<byte> license = "MIT\0"u8;
        fixed (ulong* instructions = code)
        fixed (byte* text = license)
        {
            // union bpf_attr: prog_type, insn_cnt, insns, license.
            byte* attributes = stackalloc byte[128];
            new Span<byte>(attributes, 128).Clear();
            ((uint*)attributes)[0] = BPF_PROG_TYPE_CGROUP_DEVICE;
            ((uint*)attributes)[1] = (uint)code.Length;
            ((ulong*)attributes)[1] = (ulong)instructions;
            ((ulong*)attributes)[2] = (ulong)text;
            return (int)Call(BPF_PROG_LOAD, attributes, 72);
        }
    }

    private static int Replace(int cgroup, int program)
    {
        uint[] old = Attached(cgroup);
        int[] fds = Array.ConvertAll(old, Open);
        // One that is there is replaced at one stroke: at no moment is there none.
        bool replace = fds is [>= 0];
        int errno = Attach(cgroup, program, BPF_F_ALLOW_MULTI | (replace ? BPF_F_REPLACE : 0), replace ? fds[0] : 0);
        foreach (int fd in fds)
        {
            if (errno == 0 && !replace && fd >= 0) Detach(cgroup, fd);
            if (fd >= 0) unistd.close(fd);
        }
        return errno;
    }

    private static uint[] Attached(int cgroup)
    {
        uint* ids = stackalloc uint[MaximumPrograms];
        // target_fd, attach_type, query_flags, attach_flags, prog_ids, prog_cnt.
        uint* attributes = stackalloc uint[16];
        new Span<uint>(attributes, 16).Clear();
        attributes[0] = (uint)cgroup;
        attributes[1] = BPF_CGROUP_DEVICE;
        ((ulong*)attributes)[2] = (ulong)ids;
        attributes[6] = MaximumPrograms;
        return Call(BPF_PROG_QUERY, (byte*)attributes, 64) < 0 ? [] : new ReadOnlySpan<uint>(ids, (int)attributes[6]).ToArray();
    }

    private static int Open(uint id)
    {
        uint* attributes = stackalloc uint[4] { id, 0, 0, 0 };
        return (int)Call(BPF_PROG_GET_FD_BY_ID, (byte*)attributes, 16);
    }

    private static int Attach(int cgroup, int program, int flags, int replaced)
    {
        // target_fd, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd.
        uint* attributes = stackalloc uint[6] { (uint)cgroup, (uint)program, BPF_CGROUP_DEVICE, (uint)flags, (uint)replaced, 0 };
        return Call(BPF_PROG_ATTACH, (byte*)attributes, 20) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private static void Detach(int cgroup, int program)
    {
        uint* attributes = stackalloc uint[4] { (uint)cgroup, (uint)program, BPF_CGROUP_DEVICE, 0 };
        Call(BPF_PROG_DETACH, (byte*)attributes, 16);
    }

    private static nint Call(int command, byte* attributes, int size) =>
        sys_syscall.syscall(sys_syscall.SYS_bpf, command, (nint)attributes, size);
}
