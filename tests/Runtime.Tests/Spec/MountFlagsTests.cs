using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

public sealed class MountFlagsTests
{
    [Theory]
    [InlineData("/a:/b", "bind /a /b rbind")]
    [InlineData("./a:/b", "bind /here/a /b rbind")]
    [InlineData("../a:/b", "bind /a /b rbind")]
    [InlineData(".:/b", "bind /here /b rbind")]
    [InlineData("a/b:/b", "bind /here/a/b /b rbind")]
    [InlineData("/a:/b/", "bind /a /b rbind")]
    [InlineData("/a://b//./c", "bind /a /b/c rbind")]
    [InlineData("/a:/b:rw", "bind /a /b rbind,rw")]
    [InlineData("/a:/b:ro", "bind /a /b rbind,rro")]           // read-only is so all the way down
    [InlineData("/a:/b:bind,ro", "bind /a /b bind,ro")]
    [InlineData("/a:/b:z", "bind /a /b rbind")]
    [InlineData("/a:/b:Z,rslave", "bind /a /b rbind,rslave")]
    [InlineData("/a:/b:nosuid,nodev,noexec", "bind /a /b rbind,nosuid,nodev,noexec")]
    [InlineData("/a:/b:", "bind /a /b rbind")]
    [InlineData("/a:/b:O", "overlay /a /b ")]
    [InlineData("/a:/b:O,bind,nosuid", "overlay /a /b nosuid")]
    public void A_volume_is_read(string text, string mount) => Assert.Equal(mount, Show(MountFlags.Volume(text, "/here")));

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("/a")]
    [InlineData("/a:")]
    [InlineData(":/b")]
    [InlineData("/a:b")]
    [InlineData("/a:./b")]
    [InlineData("/a:/")]
    [InlineData("/a://")]
    [InlineData("/a:/.")]
    [InlineData("/a:/b/../c")]
    [InlineData("/a:/..")]
    [InlineData("/a:/b\0c")]
    [InlineData("/a:/b:nope")]
    [InlineData("/a:/b:ro:rw")]
    [InlineData("/a:/b:RO")]
    [InlineData("name:/b")]                                      // a named volume needs the engine
    public void Other_volumes_are_refused(string text) => Refuses.With(() => MountFlags.Volume(text, "/here"));

    [Theory]
    [InlineData("type=bind,source=/a,destination=/b", "bind /a /b rbind")]
    [InlineData("type=bind,src=./a,dst=/b", "bind /here/a /b rbind")]
    [InlineData("type=bind,src=/a,target=/b,readonly", "bind /a /b rbind,rro")]
    [InlineData("type=bind,src=/a,target=/b,ro=true", "bind /a /b rbind,rro")]
    [InlineData("type=bind,src=/a,target=/b,readonly=false", "bind /a /b rbind")]
    [InlineData("type=bind,src=/a,target=/b,readonly,bind-nonrecursive", "bind /a /b bind,ro")]
    [InlineData("type=bind,src=/a,target=/b,bind-propagation=rslave", "bind /a /b rbind,rslave")]
    [InlineData("type=tmpfs,dst=/b", "tmpfs tmpfs /b nosuid,nodev,noexec,mode=1777")]
    [InlineData("type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=700", "tmpfs tmpfs /b nosuid,nodev,noexec,size=1m,mode=700")]
    [InlineData("type=tmpfs,dst=/b,exec", "tmpfs tmpfs /b nosuid,nodev,noexec,exec,mode=1777")]
    [InlineData("type=overlay,src=/a,dst=/b", "overlay /a /b ")]
    public void A_mount_is_read(string text, string mount) => Assert.Equal(mount, Show(MountFlags.Mount(text, "/here")));

    [Theory]
    [InlineData("")]
    [InlineData("bind")]
    [InlineData("type=bind")]
    [InlineData("type=bind,dst=/b")]
    [InlineData("type=bind,src=/a")]
    [InlineData("src=/a,dst=/b")]
    [InlineData("type=volume,src=/a,dst=/b")]
    [InlineData("type=bind,src=name,dst=/b")]
    [InlineData("type=bind,src=/a,dst=b")]
    [InlineData("type=bind,src=/a,dst=/b,nope")]
    [InlineData("type=bind,src=/a,dst=/b,nope=1")]
    [InlineData("type=bind,src=/a,dst=/b,tmpfs-size=1m")]
    [InlineData("type=bind,src=/a,dst=/b,bind-propagation=nope")]
    [InlineData("type=bind,src=/a,dst=/b,")]
    [InlineData("type=overlay,src=/a,dst=/b,tmpfs-size=1m")]
    [InlineData("type=tmpfs,dst=/")]
    public void Other_mounts_are_refused(string text) => Refuses.With(() => MountFlags.Mount(text, "/here"));

    [Theory]
    [InlineData("/b", "tmpfs tmpfs /b nosuid,nodev,noexec,mode=1777")]
    [InlineData("/b:", "tmpfs tmpfs /b nosuid,nodev,noexec,mode=1777")]
    [InlineData("/b:size=64m", "tmpfs tmpfs /b nosuid,nodev,noexec,size=64m,mode=1777")]
    [InlineData("/b:mode=700,exec", "tmpfs tmpfs /b nosuid,nodev,noexec,mode=700,exec")]
    public void A_tmpfs_is_read(string text, string mount) => Assert.Equal(mount, Show(MountFlags.Tmpfs(text)));

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("/")]
    [InlineData("/b:nope")]
    [InlineData("/b:lowerdir=/etc")]
    [InlineData("/b:/c")]
    [InlineData("/b/../c")]
    public void Other_tmpfs_are_refused(string text) => Refuses.With(() => MountFlags.Tmpfs(text));

    private static string Show(OciMount mount) => $"{mount.Type} {mount.Source} {mount.Destination} {string.Join(',', mount.Options)}";
}
