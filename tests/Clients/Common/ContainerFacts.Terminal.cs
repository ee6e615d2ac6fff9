using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    [ClientFact]
    public void A_container_has_a_terminal_of_the_right_size()
    {
        using Pty terminal = Client.Terminal("run", "--rm", "-it", "--network", "none", Client.Image, "sh", "-c",
            "until stty size | grep '^30 100'; do sleep 0.05; done; tty; exit 5");
        terminal.Await("30 100");
        terminal.Await("/dev/pts/0");
        Assert.Equal(5, terminal.ExitCode());
    }

    [ClientFact]
    public void What_is_typed_reaches_the_shell_and_Ctrl_C_its_command()
    {
        using Pty terminal = Client.Terminal("run", "--rm", "-it", "--network", "none", Client.Image, "sh");
        terminal.Type("echo $((20+22))\n");
        terminal.Await("42");
        // Before the command runs, the shell's line editor would take Ctrl-C as a character; a shell of the command's own group tells that
        // it has the terminal.
        terminal.Type("(echo s$((3+4)); exec sleep 1000)\n");
        terminal.Await("s7");
        terminal.Type("\u0003");
        terminal.Type("echo still $((1+1)); exit 4\n");
        terminal.Await("still 2");
        Assert.Equal(4, terminal.ExitCode());
    }

    [ClientFact]
    public void A_new_size_of_the_terminal_arrives()
    {
        using Pty terminal = Client.Terminal("run", "--rm", "-it", "--network", "none", Client.Image, "sh", "-c",
            "echo started; until stty size | grep '^44 99'; do sleep 0.05; done");
        terminal.Await("started");
        // Again after a while: docker does not listen for it yet when the container's first words come.
        var next = DateTime.MinValue;
        Assert.True(Deadline.Wait(() =>
        {
            if (DateTime.UtcNow >= next)
            {
                terminal.Resize(43, 99);
                terminal.Resize(44, 99);
                next = DateTime.UtcNow.AddSeconds(1);
            }
            return terminal.Screen.Contains("44 99");
        }), terminal.Screen);
        Assert.Equal(0, terminal.ExitCode());
    }

    [ClientFact]
    public void Exec_has_a_terminal_too()
    {
        using Detached container = Client.Sleeping();
        using Pty terminal = Client.Terminal("exec", "-it", container.Name, "sh", "-c", "tty; exit 6");
        terminal.Await("/dev/pts/0");
        Assert.Equal(6, terminal.ExitCode());
    }

    [ClientFact]
    public void The_console_is_the_terminal()
    {
        using Pty terminal =
            Client.Terminal("run", "--rm", "-it", "--network", "none", Client.Image, "sh", "-c", "echo by the console >/dev/console");
        terminal.Await("by the console");
        Assert.Equal(0, terminal.ExitCode());
    }
}
