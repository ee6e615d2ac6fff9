using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Devices of linux.devices "MUST be available in the container" (config-linux.md, "Devices"), in a user namespace too.</summary>
public sealed class DeviceTests
{
    [TheoryRequires(Need.Root)]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_that_the_host_has_not_has_the_owner_and_the_mode_of_the_document(bool userNamespace)
    {
        using MountBundle bundle = Bundle(userNamespace,
            """{"path": "/dev/inner/zeroes", "type": "c", "major": 1, "minor": 5, "uid": 10, "gid": 11, "fileMode": 111}""");
        Assert.Equal("157 10:11 character special file 1:5\n8",
            bundle.Sh("stat -c '%a %u:%g %F %t:%T' /dev/inner/zeroes; head -c 8 /dev/inner/zeroes | wc -c"));
    }

    [Requires(Need.Root)]
    public void What_a_container_does_to_its_devices_does_nothing_to_those_of_the_host()
    {
        string before = Support.Minirun.Other("stat", "-c", "%a %u %g %Y %Z", "/dev/zero").Out;
        using MountBundle bundle = Bundle(true, """{"path": "/dev/zero", "type": "c", "major": 1, "minor": 5, "fileMode": 420}""");
        const string script = "cd /dev; stat -c '%a %u' zero; touch -d @1 zero; chmod 600 zero; chown 5 zero; stat -c '%a %u %Y' zero";
        Assert.Equal("644 0\n600 5 1", bundle.Sh(script));
        Assert.Equal(before, Support.Minirun.Other("stat", "-c", "%a %u %g %Y %Z", "/dev/zero").Out);
    }

    [Requires(Need.Root)]
    public void A_device_whose_owner_is_not_mapped_is_the_one_of_the_host()
    {
        using MountBundle bundle = Bundle(true, """{"path": "/dev/zero", "type": "c", "major": 1, "minor": 5, "uid": 70000}""");
        Assert.Equal("65534", bundle.Sh("stat -c %u /dev/zero"));
    }

    [Requires(Need.Root)]
    public void Nothing_is_executed_from_a_device_that_is_bound()
    {
        using MountBundle bundle = Bundle(true, """{"path": "/dev/mine", "type": "c", "major": 1, "minor": 5}""");
        List<Mount> devices = bundle.Mounts()
            .FindAll(
                mount => mount.Target is "/dev/null" or "/dev/zero" or "/dev/full" or "/dev/random" or "/dev/urandom" or "/dev/tty"
                    or "/dev/mine");
        Assert.Equal(7, devices.Count);
        Assert.All(devices, device => Assert.Superset(new HashSet<string> { "nosuid", "noexec" }, device.Options.ToHashSet()));
    }

    private static MountBundle Bundle(bool userNamespace, string device)
    {
        var bundle = new MountBundle();
        bundle.Linux["devices"] = new JsonArray(JsonNode.Parse(device));
        return userNamespace ? bundle.WithUserNamespace() : bundle;
    }
}
