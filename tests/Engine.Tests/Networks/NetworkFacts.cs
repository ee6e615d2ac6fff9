using System.Diagnostics;
using Minirun.Clients.Support;
using Minirun.Engine.Tests.Support;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

/// <summary>
/// Containers on real networks. Each fact is a function of facts.sh, in a network and mount namespace of its own; nothing leaves it.
/// </summary>
public sealed class NetworkFacts
{
    private const int Skipped = 77;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void A_container_on_the_bridge_has_an_address_and_knows_its_peers_by_name() => Holds("peers");

    [SkippableFact]
    public void Its_published_port_leads_to_it_and_nothing_is_left_when_it_is_gone() => Holds("bridge_port");

    [SkippableFact]
    public void A_port_that_is_published_is_refused_to_every_other() => Holds("taken_ports");

    [SkippableFact]
    public void A_published_port_or_an_address_chooses_roots_bridge_and_nothing_else_does() => Holds("chosen_mode");

    [SkippableFact]
    public void A_network_that_was_made_gives_the_address_that_is_asked_for() => Holds("own_network");

    [SkippableFact]
    public void Any_configuration_of_an_administrator_can_be_named() => Holds("administrators_network");

    [SkippableFact]
    public void After_a_kill_of_everything_the_next_command_takes_the_network_down() => Holds("killed");

    [SkippableFact]
    public void A_users_container_gets_pasta_and_its_published_port_leads_to_it() => Holds("user_pasta");

    [SkippableFact]
    public void Slirp4netns_connects_and_publishes_for_a_user() => Holds("user_slirp");

    [SkippableFact]
    public void A_killed_users_container_leaves_no_helper_behind() => Holds("user_killed");

    [SkippableFact]
    public void A_container_whose_pasta_is_killed_goes_on_and_the_next_start_has_one_again() => Holds("pasta_killed");

    [SkippableFact]
    public void A_monitor_that_is_killed_before_it_knows_its_pasta_leaves_nothing_to_the_next_command() => Holds("monitor_killed_early");

    [SkippableFact]
    public void Without_a_tun_device_a_user_gets_lo_and_a_hint() => Holds("user_without_tun");

    [SkippableFact]
    public void Another_containers_network_and_names_can_be_shared() => Holds("shared");

    [SkippableFact]
    public void A_namespace_that_is_there_can_be_joined() => Holds("by_path");

    [SkippableFact]
    public void Names_servers_and_hosts_are_as_asked_for() => Holds("names");

    private static void Holds(string fact)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(root + "/build.sh"))
            root = Path.GetDirectoryName(root)
                ?? throw new InvalidOperationException("the repository is not above " + AppContext.BaseDirectory);
        var start = new ProcessStartInfo("bash", [AppContext.BaseDirectory + "/Networks/facts.sh", fact])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REPOSITORY"] = root }
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience)) process.Kill(entireProcessTree: true);
        string said = output.Result + error.Result;
        if (process.ExitCode == Skipped) throw new SkippedException(said.Trim());
        Assert.True(process.ExitCode == 0, said);
    }
}
