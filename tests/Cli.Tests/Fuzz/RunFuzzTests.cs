using System.Text;
using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

/// <summary>
/// Files that `run` reads: container files, variables, seccomp profiles, and the users and groups that are in a root file system.
/// </summary>
public sealed class RunFuzzTests : IDisposable
{
    private const string Yaml = """
        x-common: &common
          hostname: web-1
          working_dir: /tmp
        rootfs: r
        <<: *common
        command: [sh, -c, 'echo "$GREETING"']
        user: ada:video
        environment:
          GREETING: "hello   camp!"
          B: 5
        env_file: [variables]
        volumes:
          - ./r:/www:ro
          - type: tmpfs
            target: /scratch
            tmpfs: {size: 1m, mode: 0777}
        ulimits:
          nofile: {soft: 100, hard: 200}
        cap_drop: [ALL]
        cap_add: [NET_RAW]
        security_opt: ["seccomp=profile.json"]
        mem_limit: 64m
        cpus: 1.5
        pids_limit: 50
        read_only: true
        init: true
        """;

    private const string Variables = "# comment\nA=b\nQUOTED=\"x y\"\nEMPTY=\nHOME\nSPACED= z \n";
    private const string Passwd =
        "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/var/www:/bin/false\nada:x:1000:1000::/home/ada:/bin/sh\n";
    private const string Group = "root:x:0:\ntty:x:5:\nvideo:x:44:ada\naudio:x:29:ada,www\nada:x:1000:\n";
    private const string Profile = """
        {"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}],
        "syscalls":[{"names":["chroot","mount"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}],
        "includes":{"caps":["CAP_SYS_ADMIN"]}}]}
        """;

    private readonly Cases _cases = new();

    public void Dispose() => _cases.Dispose();

    [Fact]
    public void A_changed_file_is_read_or_refused()
    {
        int count = FuzzRun.Cases(200);
        var profiles = new JsonMutator(Encoding.UTF8.GetBytes(Profile));
        for (int i = 0; i < count; i++)
        {
            var random = new Random(FuzzRun.Seed + i);
            int changed = random.Next(8);
            Directory.CreateDirectory(_cases[$"{i}/r/etc"]);
            Directory.CreateDirectory(_cases[$"{i}/r/home/ada"]);
            Write($"{i}/container.yaml", Yaml, random, changed < 4);
            Write($"{i}/variables", Variables, random, changed == 4);
            Write($"{i}/r/etc/passwd", Passwd, random, changed == 5);
            Write($"{i}/r/etc/group", Group, random, changed == 6);
            File.WriteAllBytes(_cases[$"{i}/profile.json"], changed == 7 ? profiles.Next(random) : Encoding.UTF8.GetBytes(Profile));
        }
        _cases.Run($"for ((i = 0; i < {count}; i++)); do cd $i; call run \"$MINIRUN\" run --file container.yaml --print-spec; cd ..; done",
            ("MINIRUN", Programs.Minirun));
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            string about = $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n"
                + string.Join('\n',
                    ((string[])["container.yaml", "variables", "r/etc/passwd", "r/etc/group", "profile.json"]).Select(
                        file => $"--- {file}\n{FuzzRun.Text(File.ReadAllBytes(_cases[$"{i}/{file}"]))}"));
            if (_cases.Ended($"{i}/run", about, 125)) taken++;
            else Assert.True(File.ReadAllText(_cases[$"{i}/run.err"]).Contains("hint: "), about);
        }
        if (count > 1) Assert.InRange(taken, count / 20, count - 1);
    }

    /// <summary>What shadow's newuidmap makes of it is its own business: it refuses what it reads otherwise than we do.</summary>
    [Requires(Need.Root)]
    public void A_changed_file_of_subordinate_ids_leads_to_a_container_or_to_one_error()
    {
        const string Good = "bob:200000:65536\n54321:300000:65536\n54321:400000:65536\n";
        int count = FuzzRun.Cases(60);
        for (int i = 0; i < count; i++)
        {
            var random = new Random(FuzzRun.Seed + i);
            Directory.CreateDirectory(_cases[$"{i}"]);
            Write($"{i}/subuid", Good, random, random.Next(3) > 0);
            Write($"{i}/subgid", Good, random, random.Next(3) > 0);
        }
        _cases.Run($$"""
            cp "$MINIRUN" minirun
            chmod 755 . minirun
            for ids in /etc/subuid /etc/subgid; do [[ -e $ids ]] || touch $ids; done
            for ((i = 0; i < {{count}}; i++)); do
                for ids in subuid subgid; do mount --bind $i/$ids /etc/$ids; done
                call $i/run setpriv --reuid=54321 --regid=54321 --clear-groups ./minirun run "$ROOTFS" true
                umount /etc/subuid /etc/subgid
            done
            """, ("MINIRUN", Programs.Minirun), ("ROOTFS", Rootfs.Busybox));
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            string about = $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n"
                + string.Join('\n',
                    ((string[])["subuid", "subgid"]).Select(
                        file => $"--- {file}\n{FuzzRun.Text(File.ReadAllBytes(_cases[$"{i}/{file}"]))}"));
            if (_cases.Ended($"{i}/run", about, 125)) taken++;
            else Assert.True(File.ReadAllText(_cases[$"{i}/run.err"]).Contains("hint: "), about);
        }
        if (count > 1) Assert.InRange(taken, count / 20, count);
    }

    private void Write(string file, string good, Random random, bool changed) =>
        File.WriteAllBytes(_cases[file], changed ? TextMutator.Change(random, good) : Encoding.UTF8.GetBytes(good));
}
