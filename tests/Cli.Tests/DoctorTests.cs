using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

public class DoctorTests
{
    private static readonly string[] s_needed = ["kernel", "system-calls", "mount-api", "user-namespaces", "namespaces", "id-map", "dev",
        "no-new-privs", "devices", "program", "run"];

    [Requires(Need.UserNamespaces)]
    public void Doctor_finds_that_run_works_here()
    {
        Result doctor = Minirun.Run("doctor").Succeeds();
        Assert.EndsWith("minirun run will work (* what it needs)\n", doctor.Out);
        foreach (string name in s_needed) Assert.Matches($@"(?m)^(ok|degraded) +\* {name} ", doctor.Out);
    }

    [Requires(Need.UserNamespaces)]
    public void All_that_is_not_ok_has_the_line_that_mends_it()
    {
        List<JsonElement> probes = Probes(Minirun.Run("doctor", "--json").Succeeds());
        Assert.InRange(probes.Count, 25, 40);
        Assert.Equal(probes.Count, probes.Select(Name).Distinct().Count());
        Assert.Equal(s_needed, probes.Where(probe => probe.GetProperty("needed").GetBoolean()).Select(Name));
        foreach (JsonElement probe in probes)
        {
            Assert.Contains(State(probe), (string[])["ok", "degraded", "missing"]);
            Assert.NotEqual("", probe.GetProperty("detail").GetString());
            Assert.Equal(State(probe) == "ok", probe.GetProperty("fix").ValueKind == JsonValueKind.Null);
        }
    }

    [Fact]
    public void No_colours_go_into_a_pipe() => Assert.DoesNotContain("\e", Minirun.Run("doctor").Out);

    [Fact]
    public void Doctor_looks_for_what_an_OCI_runtime_can_use()
    {
        string[] names = [.. Probes(Minirun.Run("doctor", "--json")).Select(Name)];
        foreach (string name in (string[])["cgroup-kill", "time-namespace", "pressure", "apparmor", "clone-into-cgroup",
            "cgroup-delegation", "idmapped-mounts", "user-network"])
            Assert.Contains(name, names);
    }

    [Requires(Need.UserNamespaces)]
    public void Without_user_namespaces_doctor_fails_and_names_the_setting()
    {
        List<JsonElement> probes = Probes(InUserNamespace("echo 0 >/proc/sys/user/max_user_namespaces").Exits(1));
        JsonElement probe = probes.Single(each => Name(each) == "user-namespaces");
        Assert.Equal("missing", State(probe));
        Assert.Contains("ENOSPC", probe.GetProperty("detail").GetString());
        Assert.StartsWith("as root: sysctl -w user.max_user_namespaces=15000", probe.GetProperty("fix").GetString());
        Assert.Equal("missing", State(probes.Single(each => Name(each) == "run")));
    }

    [Requires(Need.UserNamespaces)]
    public void A_single_namespace_that_is_used_up_is_named()
    {
        List<JsonElement> probes =
            Probes(InUserNamespace("echo 0 >/proc/sys/user/max_uts_namespaces; echo 100 >/proc/sys/user/max_user_namespaces").Exits(1));
        JsonElement probe = probes.Single(each => Name(each) == "namespaces");
        Assert.StartsWith("uts: ", probe.GetProperty("detail").GetString());
        Assert.Contains("sysctl -w user.max_uts_namespaces=", probe.GetProperty("fix").GetString());
    }

    [Requires(Need.UserNamespaces)]
    public void A_hidden_part_of_proc_is_named_and_run_works_all_the_same()
    {
        using var rootfs = new TemporaryRootfs();
        // A container in a container makes namespaces and mounts, which the default filter forbids.
        Result doctor = Minirun.Run("run", "--security-opt", "seccomp=unconfined", "-v", $"{Programs.Minirun}:/minirun:ro", rootfs.Path,
            "/minirun", "doctor", "--json")
            .Exits(0);
        JsonElement probe = Probes(doctor).Single(each => Name(each) == "proc");
        Assert.Equal("degraded", State(probe));
        Assert.Contains("/proc/sys", probe.GetProperty("detail").GetString());
    }

    [Requires(Need.User | Need.SubordinateIds)]
    public void A_caller_without_new_privileges_cannot_use_newuidmap_and_run_does_without()
    {
        List<JsonElement> probes = Probes(Minirun.Other("setpriv", "--no-new-privs", Programs.Minirun, "doctor", "--json").Succeeds());
        JsonElement probe = probes.Single(each => Name(each) == "newuidmap");
        Assert.Equal("degraded", State(probe));
        Assert.Contains("no_new_privs", probe.GetProperty("detail").GetString());
    }

    [Fact]
    public void A_program_that_others_can_write_is_found()
    {
        using var here = new TemporaryDirectory();
        File.Copy(Programs.Minirun, here["minirun"]);
        File.SetUnixFileMode(here["minirun"], (UnixFileMode)0b111_101_111);
        JsonElement probe = Probes(Minirun.Other(here["minirun"], "doctor", "--json")).Single(each => Name(each) == "program");
        Assert.Equal("degraded", State(probe));
        Assert.Equal($"chmod o-w {here["minirun"]}", probe.GetProperty("fix").GetString());
    }

    [Requires(Need.Root)]
    public void In_a_chroot_without_proc_doctor_still_speaks()
    {
        using var here = new TemporaryDirectory();
        File.Copy(Programs.Minirun, here["minirun"]);
        Result doctor = Minirun.Other("chroot", here.Path, "/minirun", "doctor").Exits(1);
        Assert.Equal("", doctor.Error);
        Assert.Contains("chroot", doctor.Out);
    }

    /// <summary>doctor as root of a user namespace, whose limits its root may lower.</summary>
    private static Result InUserNamespace(string script) =>
        Minirun.Other("unshare", "--user", "--map-root-user", "sh", "-c", script + " && exec \"$0\" doctor --json", Programs.Minirun);

    private static List<JsonElement> Probes(Result doctor) => [.. JsonDocument.Parse(doctor.Out).RootElement.EnumerateArray()];

    private static string Name(JsonElement probe) => probe.GetProperty("name").GetString()!;

    private static string State(JsonElement probe) => probe.GetProperty("state").GetString()!;
}
