using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    [ClientFact]
    public void A_read_only_root_cannot_be_written() =>
        Assert.Contains("Read-only file system", Client.Container(["--read-only"], "touch", "/x").Exits(1).Error);

    [ClientFact]
    public void A_user_has_his_ids() =>
        Assert.Equal("1000 1001 77,1001",
            Client.Sh(["--user", "1000:1001", "--group-add", "77"],
                "echo $(id -u) $(id -g) $(id -G | tr ' ' '\\n' | sort -n | paste -sd,)"));

    [ClientFact]
    public void Capabilities_are_dropped_and_added() =>
        Assert.Equal("0000000000000001 0000000000000001",
            Client.Sh(["--cap-drop", "all", "--cap-add", "chown"], "grep -E 'Cap(Eff|Bnd)' /proc/self/status | cut -f2 | xargs"));

    [ClientFact]
    public void A_user_has_no_capabilities() =>
        Assert.Equal("0000000000000000", Client.Sh(["--user", "1000"], "grep CapEff /proc/self/status | cut -f2"));

    [ClientFact]
    public void A_privileged_container_may_mount() =>
        Client.ContainerOrSkip(["--privileged"], "sh", "-c", "mount -t tmpfs none /tmp && test -w /proc/sys").Exits(0);

    [ClientFact]
    public void A_container_may_not_mount() =>
        Assert.Contains("denied", Client.Container([], "mount", "-t", "tmpfs", "none", "/tmp").Error.Replace("not permitted", "denied"));

    [ClientFact]
    public void The_default_seccomp_profile_is_on_and_can_be_switched_off()
    {
        Assert.Equal("2", Client.Sh([], "grep Seccomp: /proc/self/status | cut -f2"));
        Assert.Equal("0", Client.Sh(["--security-opt", "seccomp=unconfined"], "grep Seccomp: /proc/self/status | cut -f2"));
    }

    [ClientFact]
    public void A_seccomp_profile_of_our_own_is_obeyed()
    {
        string profile = Client.Realm.Write("no-mkdir.json", """
            { "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
              "syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 }] }
            """);
        Assert.Contains("No space left on device",
            Client.Container(["--security-opt", "seccomp=" + profile], "mkdir", "/x").Exits(1).Error);
    }

    [ClientFact]
    public void New_privileges_can_be_ruled_out() =>
        Assert.Equal("1", Client.Sh(["--security-opt", "no-new-privileges"], "grep NoNewPrivs /proc/self/status | cut -f2"));

    [ClientFact]
    public void What_is_secret_in_proc_is_masked()
    {
        Assert.Equal("0", Client.Sh([], "cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c"));
        Assert.Contains("Read-only file system", Client.Container([], "sh", "-c", "echo 1 >/proc/sys/kernel/panic").Error);
    }
}
