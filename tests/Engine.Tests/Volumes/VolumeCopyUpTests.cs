using System.Text;
using Minirun.Clients.Support;
using Minirun.Engine.Tests.Support;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Xunit;

namespace Minirun.Engine.Tests.Volumes;

public sealed class VolumeCopyUpTests : IDisposable
{
    private readonly VolumeRoot _root = new();

    public void Dispose() => _root.Dispose();

    private string Seed => _root.Rootfs + "/seed";

    private void Fill(string destination = "/seed") =>
        VolumeCopyUp.Fill(_root.Rootfs, destination, _root.Data, new VolumeOwners(null, null));

    [Fact]
    public void Files_directories_links_and_modes_are_copied()
    {
        Directory.CreateDirectory(Seed + "/d");
        File.WriteAllText(Seed + "/d/f", "hello");
        File.SetUnixFileMode(Seed + "/d/f", (UnixFileMode)0x1a0);
        File.CreateSymbolicLink(Seed + "/l", "/etc/passwd");
        File.SetUnixFileMode(Seed, (UnixFileMode)0x3ff);
        Fill();
        Assert.Equal("hello", File.ReadAllText(_root.Data + "/d/f"));
        Assert.Equal((UnixFileMode)0x1a0, File.GetUnixFileMode(_root.Data + "/d/f"));
        Assert.Equal("/etc/passwd", new FileInfo(_root.Data + "/l").LinkTarget);
        Assert.Equal((UnixFileMode)0x3ff, File.GetUnixFileMode(_root.Data));
    }

    [Fact]
    public void A_place_that_is_a_symlink_out_stays_inside()
    {
        File.WriteAllText(_root.Specs + "/secret", "outside");
        File.CreateSymbolicLink(Seed, _root.Specs);
        Directory.CreateDirectory(_root.Rootfs + "/inside");
        Fill();
        Assert.Empty(Directory.GetFileSystemEntries(_root.Data));
    }

    [Fact]
    public void A_volume_that_has_something_is_left_as_it_is()
    {
        Directory.CreateDirectory(Seed);
        File.WriteAllText(Seed + "/f", "seed");
        File.WriteAllText(_root.Data + "/own", "");
        Fill();
        Assert.Equal(_root.Data + "/own", Assert.Single(Directory.GetFileSystemEntries(_root.Data)));
    }

    [Fact]
    public void Nothing_there_or_a_file_is_nothing_to_copy()
    {
        Fill("/missing");
        File.WriteAllText(Seed, "");
        Fill();
        Assert.Empty(Directory.GetFileSystemEntries(_root.Data));
    }

    [SkippableFact]
    public void Attributes_of_users_and_access_lists_are_copied_and_the_file_systems_own_are_not()
    {
        Directory.CreateDirectory(Seed);
        File.WriteAllText(Seed + "/f", "");
        if (Set(Seed + "/f", "user.colour", "red"u8) != 0) throw new SkippedException("no user.* attributes here");
        // acl(5) as the kernel keeps it: version 2, then tag, bits, id. user::rw- user:4242:r-- group::r-- mask::r-- other::---
        ReadOnlySpan<byte> list = [2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 0x92, 0x10, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255,
            16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255];
        bool hasLists = Set(Seed + "/f", "system.posix_acl_access", list) == 0;
        if (unistd.geteuid() == 0) Assert.Equal(0, Set(Seed + "/f", "trusted.own", "x"u8));
        Fill();
        Assert.Equal("red"u8.ToArray(), Get(_root.Data + "/f", "user.colour"));
        if (hasLists) Assert.Equal(list.ToArray(), Get(_root.Data + "/f", "system.posix_acl_access"));
        Assert.Null(Get(_root.Data + "/f", "trusted.own"));
    }

    [SkippableFact]
    public void Devices_of_every_container_are_copied_and_a_disk_is_not()
    {
        if (unistd.geteuid() != 0) throw new SkippedException("only root makes devices");
        Directory.CreateDirectory(Seed);
        Node("null", 0x2000 | 0x1b6 /* 0666 */, 1 << 8 | 3);
        Node("mem", 0x2000 | 0x1b6, 1 << 8 | 1);
        Node("sda", 0x6000 | 0x1b6, 8 << 8);
        Node("pipe", 0x1000 | 0x1b6, 0);
        Fill();
        Assert.Equal(["null", "pipe"], Directory.GetFileSystemEntries(_root.Data).Select(Path.GetFileName).Order());
        File.WriteAllText(_root.Data + "/null", "swallowed");
        Assert.Equal(0x1b6, (int)File.GetUnixFileMode(_root.Data + "/null"));
        Assert.Equal(0x1b6, (int)File.GetUnixFileMode(_root.Data + "/pipe"));
    }

    private unsafe void Node(string name, int mode, int device)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes($"{Seed}/{name}\0"))
            LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_mknodat, fcntl.AT_FDCWD, (nint)path, mode, device), "mknod", name);
        _ = sys_stat.chmod($"{Seed}/{name}", (uint)(mode & 0x1ff));
    }

    private static unsafe int Set(string path, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value) return sys_xattr.setxattr(path, name, start, value.Length, 0);
    }

    private static unsafe byte[]? Get(string path, string name)
    {
        byte* value = stackalloc byte[256];
        nint length = sys_xattr.getxattr(path, name, value, 256);
        return length < 0 ? null : new Span<byte>(value, (int)length).ToArray();
    }
}
