using Minirun.Engine.Volumes;
using Xunit;

namespace Minirun.Engine.Tests.Volumes;

public sealed class VolumeCopyUpTests : IDisposable
{
    private readonly VolumeRoot _root = new();

    public void Dispose() => _root.Dispose();

    private string Seed => _root.Rootfs + "/seed";

    private void Fill(string destination = "/seed") => VolumeCopyUp.Fill(_root.Rootfs, destination, _root.Data);

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
}
