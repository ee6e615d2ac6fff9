namespace Minirun.Linux;

/// <summary>Constants of &lt;linux/bpf.h&gt;, as far as a program that decides on devices needs them: bpf(2).</summary>
public static class bpf
{
    public const int BPF_PROG_LOAD = 5;
    public const int BPF_PROG_ATTACH = 8;
    public const int BPF_PROG_DETACH = 9;
    public const int BPF_PROG_GET_FD_BY_ID = 13;
    public const int BPF_PROG_QUERY = 16;

    public const int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    public const int BPF_CGROUP_DEVICE = 6;
    public const int BPF_F_ALLOW_MULTI = 2;
    public const int BPF_F_REPLACE = 4;

    public const int BPF_DEVCG_ACC_MKNOD = 1;
    public const int BPF_DEVCG_ACC_READ = 2;
    public const int BPF_DEVCG_ACC_WRITE = 4;
    public const int BPF_DEVCG_DEV_BLOCK = 1;
    public const int BPF_DEVCG_DEV_CHAR = 2;

    public const int BPF_LDX = 0x01;
    public const int BPF_JMP = 0x05;
    public const int BPF_ALU64 = 0x07;
    public const int BPF_MEM = 0x60;
    public const int BPF_W = 0x00;
    public const int BPF_K = 0x00;
    public const int BPF_X = 0x08;
    public const int BPF_AND = 0x50;
    public const int BPF_RSH = 0x70;
    public const int BPF_MOV = 0xb0;
    public const int BPF_JA = 0x00;
    public const int BPF_JEQ = 0x10;
    public const int BPF_JSET = 0x40;
    public const int BPF_JNE = 0x50;
    public const int BPF_EXIT = 0x90;
}
