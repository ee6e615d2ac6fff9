using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Moves the interfaces of linux.netDevices into the container's network namespace while its first process waits. The kernel takes the
/// addresses away from an interface that moves, so the permanent global ones are given to it again (config-linux.md, "Network Devices").
/// </summary>
internal static unsafe class NetDevices
{
    private const int InfoSize = 16, AddressSize = 8;
    private const ushort IFLA_IFNAME = 3, IFLA_NET_NS_FD = 28, IFA_LABEL = 3, IFA_CACHEINFO = 6, IFA_FLAGS = 8;
    private const uint IFF_UP = 1, IFA_F_PERMANENT = 0x80;

    public static void Move(Dictionary<string, OciNetDevice> devices, int pid)
    {
        string place = "/proc/" + pid.ToString() + "/ns/net";
        int space = (int)LinuxException.Check(fcntl.open(place, fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", place);
        try
        {
            foreach (var (name, device) in devices)
            {
                try
                {
                    Move(name, device.Name is { Length: > 0 } inside ? inside : name, space);
                }
                catch (LinuxException error)
                {
                    throw new UserError($"linux.netDevices: cannot move {name} into the container: {error.Message}",
                        error.Number == Errno.ENODEV
                            ? "see `ip link` for what there is"
                            : "it needs CAP_NET_ADMIN on the host, and an interface that can be moved");
                }
            }
        }
        finally
        {
            unistd.close(space);
        }
    }

    private static void Move(string name, string inside, int space)
    {
        uint index = Index(name);
        List<byte[]> addresses;
        using (var netlink = new Netlink())
        {
            addresses = netlink.Ask(Netlink.RTM_GETADDR, Netlink.NLM_F_DUMP, new byte[AddressSize], name)
                .FindAll(address => IsOurs(address, index));
            netlink.Ask(Netlink.RTM_NEWLINK, 0, Link(index, up: false), name);
            byte[] number = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(number, space);
            netlink.Ask(Netlink.RTM_NEWLINK, 0,
                [.. Link(index, up: null), .. Netlink.Attribute(IFLA_IFNAME, Encoding.ASCII.GetBytes(inside + '\0')),
                    .. Netlink.Attribute(IFLA_NET_NS_FD, number)],
                name);
        }
        // A thread of its own, which ends in the other namespace.
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                LinuxException.Check(syscall(SYS_setns, space, (nint)sched.CLONE_NEWNET), "setns", inside);
                SetUp(inside, addresses);
            }
            catch (LinuxException error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private static void SetUp(string name, List<byte[]> addresses)
    {
        uint index = Index(name);
        using var netlink = new Netlink();
        foreach (byte[] address in addresses)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), index);
            netlink.Ask(Netlink.RTM_NEWADDR, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, Kept(address), name);
        }
        netlink.Ask(Netlink.RTM_NEWLINK, 0, Link(index, up: true), name);
    }

    /// <summary>struct ifinfomsg of rtnetlink(7).</summary>
    private static byte[] Link(uint index, bool? up)
    {
        byte[] info = new byte[InfoSize];
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(4), index);
        if (up == true) BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(8), IFF_UP);
        if (up is not null) BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(12), IFF_UP);
        return info;
    }

    /// <summary>struct ifaddrmsg: family, prefix length, flags, scope (0: global), index. Some flags are in an attribute only.</summary>
    private static bool IsOurs(byte[] address, uint index)
    {
        if (address.Length < AddressSize || BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(4)) != index || address[3] != 0)
            return false;
        uint flags = address[2];
        foreach ((ushort type, int start, int length) in Attributes(address))
            if (type == IFA_FLAGS && length >= 4) flags = BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(start));
        return (flags & IFA_F_PERMANENT) != 0;
    }

    /// <summary>Without what belongs to the old place: the label has the old name in it, the cache is the kernel's own.</summary>
    private static byte[] Kept(byte[] address)
    {
        List<byte> kept = [.. address[..AddressSize]];
        foreach ((ushort type, int start, int length) in Attributes(address))
            if (type is not (IFA_LABEL or IFA_CACHEINFO)) kept.AddRange(Netlink.Attribute(type, address.AsSpan(start, length)));
        return [.. kept];
    }

    private static IEnumerable<(ushort Type, int Start, int Length)> Attributes(byte[] message)
    {
        for (int at = AddressSize; at + 4 <= message.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at));
            if (length < 4 || at + length > message.Length) yield break;
            yield return (BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at + 2)), at + 4, length - 4);
            at += length + 3 & ~3;
        }
    }

    private static uint Index(string name)
    {
        uint index = net_if.if_nametoindex(name);
        return index != 0 ? index : throw new LinuxException("if_nametoindex", Errno.ENODEV, name);
    }
}
