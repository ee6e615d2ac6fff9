using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// Containers come and go, eight at a time: create, start, exec, kill, delete. Every status is the right one, as who adopts the containers'
/// first processes sees it, and nothing is left of them. CHURN_CYCLES says how many.
/// </summary>
public sealed class ChurnTests : IDisposable
{
    private const int Lanes = 8;

    /// <summary>In the directory; with the lane's number, how many cycles, and the beginning of ids.</summary>
    private const string Lane = """
        lane=$1 cycles=$2 mark=$3
        # expect STATUS VERB...
        expect() {
            local wanted=$1 status=0; shift
            "$OCI" --root "$PWD/state" "$@" </dev/null >out.$lane 2>error.$lane || status=$?
            [[ $status == "$wanted" ]] || echo "lane $lane, cycle $i: $*: $status, not $wanted: $(<error.$lane)" >>wrong
        }
        # await COMMAND...
        await() {
            local try
            for ((try = 0; try < 6000; try++)); do
                ! "$@" || return 0
                read -rt 0.01 <>pause || true
            done
            echo "lane $lane, cycle $i: never: $*" >>wrong
        }
        has_ended() { expect 0 state $id; grep -q '"status": *"stopped"' out.$lane; }
        mkdir bundle.$lane
        for ((i = 0; i < cycles; i++)); do
            id=$mark-$lane-$i code=$(((i * 7 + lane) % 100 + 1))
            sed "s/@CODE@/$code/g; s/@ID@/$id/g" bundle/config.json >bundle.$lane/config.json
            expect 0 create --bundle bundle.$lane --pid-file pid.$lane $id
            pid=$(<pid.$lane)
            mv out.$lane ready.$lane
            expect 0 start $id
            expect $code exec $id sh -c "exit $code"
            await test -s ready.$lane
            if ((i % 3 == 0)); then
                expect 0 kill $id KILL
                echo "$pid 137" >>expected.$lane
            else
                expect 0 kill $id TERM
                echo "$pid $code" >>expected.$lane
            fi
            await has_ended
            expect 0 delete $id
            expect 1 state $id
        done
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _mark = "minirun-churn-" + Guid.NewGuid().ToString("n")[..12];

    public void Dispose()
    {
        foreach (string parent in Cgroups().OrderByDescending(path => path.Length)) Directory.Delete(parent);
        _directory.Dispose();
    }

    [Requires(Need.UserNamespaces)]
    public void Five_hundred_cycles_eight_at_a_time_leave_nothing_and_every_status_is_right()
    {
        int cycles = int.TryParse(Environment.GetEnvironmentVariable("CHURN_CYCLES"), out int wanted) ? wanted : 504;
        using var bundle = new OciBundle(Change, "sh", "-c", "trap 'exit @CODE@' TERM; echo ready; while :; do sleep 1000 & wait $!; done");
        Minirun.Other("cp", "-a", bundle.Directory, _directory["bundle"]).Succeeds();
        File.WriteAllText(_directory["lane.sh"], Lane);
        string script = $"cd '{_directory.Path}'; mkfifo pause; for ((lane = 0; lane < {Lanes}; lane++)); do {{ "
            + $"'{Programs.Probe}' reap /bin/bash -eu lane.sh $lane {cycles / Lanes} {_mark} >reaped.$lane || echo lane $lane: $? "
                + $">>wrong; }} & done; wait";
        Minirun.Other(Start.Plain with { Deadline = TimeSpan.FromMinutes(4), Environment = new() { ["OCI"] = OciBundle.Program } }, "bash",
            "-c", script)
            .Exits(0);
        Assert.Equal("", File.Exists(_directory["wrong"]) ? File.ReadAllText(_directory["wrong"]) : "");
        for (int lane = 0; lane < Lanes; lane++)
        {
            string[] expected = File.ReadAllLines(_directory[$"expected.{lane}"]);
            Assert.Equal(cycles / Lanes, expected.Length);
            Assert.Equal(expected, File.ReadAllLines(_directory[$"reaped.{lane}"]));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["state"]));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(_mark) || line.Contains(_directory.Path));
        Assert.DoesNotContain(Cgroups(), path => Path.GetFileName(path) != _mark);
        Assert.Empty(Processes());
    }

    /// <summary>All below one parent, where root is who makes cgroups.</summary>
    private void Change(JsonObject config)
    {
        config["process"]!["env"]!.AsArray().Add((JsonNode)$"CHURN={_mark}");
        if (Kernel.Uid == 0) config["linux"]!["cgroupsPath"] = $"/{_mark}/@ID@";
    }

    private string[] Cgroups() => OwnCgroup.Directories(_mark + "*");

    /// <summary>Containers' by their environment, the runtime's by their words.</summary>
    private List<string> Processes()
    {
        List<string> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc", "*")
            .Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
            try
            {
                if (File.ReadAllText(directory + "/environ").Contains(_mark) || File.ReadAllText(directory + "/cmdline").Contains(_mark))
                    found.Add(directory + ": " + File.ReadAllText(directory + "/cmdline").Replace('\0', ' '));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
        return found;
    }
}
