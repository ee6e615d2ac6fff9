using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Containers without a pid namespace of their own: no kernel ends the others when the first process ends.</summary>
public sealed class SharedPidNamespaceTests
{
    [Requires(Need.Root)]
    public void To_kill_the_first_process_is_to_kill_all()
    {
        if (!OciBundle.IsOurs) return;   // newer than runc 1.1.5
        using OciBundle bundle = Shared();
        int other = Other(bundle), first = bundle.Pid;
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(first) && !Kernel.IsAlive(other)));
    }

    [Requires(Need.Root)]
    public void Any_other_signal_is_for_the_first_process_alone()
    {
        using OciBundle bundle = Shared();
        int other = Other(bundle), first = bundle.Pid;
        bundle.Oci("kill", "ID", "HUP").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(first)));
        Assert.True(Kernel.IsAlive(other));
        // The first has ended: what is left can still be ended by all of these.
        bundle.Oci("kill", "--all", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(other)));
    }

    [Requires(Need.Root)]
    public void Deletion_leaves_nobody_behind()
    {
        using OciBundle bundle = Shared();
        int other = Other(bundle), first = bundle.Pid;
        bundle.Oci("delete", "--force", "ID").Succeeds();
        Assert.False(Kernel.IsAlive(first));
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(other)));
    }

    [Requires(Need.Root)]
    public void In_a_namespace_of_its_own_the_kernel_ends_the_others()
    {
        using OciBundle bundle = new OciBundle("sh", "-c", Script).Make("create", "start");
        int first = bundle.Pid;
        Assert.True(Deadline.Wait(() => bundle.Out.Contains('\n')));
        Assert.Equal(2, bundle.Oci("ps", "ID").Succeeds().Lines.Count(line => line.Contains("sleep")));
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(first) && bundle.Status == "stopped"));
    }

    private const string Script = "sleep 1000 & echo $!; exec sleep 1001";

    private static OciBundle Shared() => new OciBundle(config =>
    {
        config["linux"]!["cgroupsPath"] = "/minirun-oci-test-" + Guid.NewGuid().ToString("n");
        var namespaces = config["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(each => (string?)each!["type"] == "pid"));
    }, "sh", "-c", Script).Make("create", "start");

    /// <summary>The pid of the second process.</summary>
    private static int Other(OciBundle bundle)
    {
        Assert.True(Deadline.Wait(() => bundle.Out.Contains('\n')));
        return int.Parse(bundle.Out);
    }
}
