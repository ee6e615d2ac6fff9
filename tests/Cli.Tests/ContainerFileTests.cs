using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>--file and config.yaml, from outside: docs/container-file.md.</summary>
public sealed class ContainerFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_is_a_container()
    {
        Write("site/index", "from the host\n");
        Result result = Run($$"""
            x-common: &common
              hostname: web-1
              working_dir: /tmp
            rootfs: {{Rootfs.Busybox}}
            <<: *common
            command: [sh, -c, 'hostname; pwd; echo "$GREETING"; cat /www/index; id -u; id -g; ulimit -n;
                touch /new || echo refused; touch /scratch/ok && echo written']
            environment:
              GREETING: "hello   camp!"
            volumes:
              - ./site:/www:ro
              - type: tmpfs
                target: /scratch
                tmpfs: {size: 1m, mode: 0777}
            ulimits:
              nofile: {soft: 100, hard: 200}
            read_only: true
            """);
        Assert.Equal(["web-1", "/tmp", "hello   camp!", "from the host", "0", "0", "100", "refused", "written"], result.Exits(0).Lines);
    }

    [Fact]
    public void Words_on_the_command_line_are_the_command_when_the_file_has_a_rootfs() =>
        Assert.Equal("a b\n", Run($"rootfs: {Rootfs.Busybox}\ncommand: [false]\n", "echo", "a", "b").Succeeds().Out);

    [Fact]
    public void Without_a_rootfs_in_the_file_the_first_word_is_one() =>
        Assert.Equal("from-file\n", Run("hostname: from-file\ncommand: hostname\n", Rootfs.Busybox).Succeeds().Out);

    [Fact]
    public void A_command_in_one_text_is_split_as_a_shell_does() =>
        Assert.Equal("[a b] [$HOME] [c\"d] [] [e]\n",
            Run($"rootfs: {Rootfs.Busybox}\ncommand: >-\n  printf \"[%s] [%s] [%s] [%s] [%s]\\n\" 'a b' '$HOME' \"c\\\"d\" \"\" e\n")
                .Succeeds().Out);

    [Fact]
    public void The_entrypoint_stays_when_the_command_is_replaced()
    {
        string file = $"rootfs: {Rootfs.Busybox}\nentrypoint: [echo, entry]\ncommand: [from, file]\n";
        Assert.Equal("entry from file\n", Run(file).Succeeds().Out);
        Assert.Equal("entry mine\n", Run(file, "mine").Succeeds().Out);
    }

    [Fact]
    public void Paths_are_relative_to_the_file()
    {
        Write("deep/data/f", "found\n");
        Write("deep/vars", "FROM_FILE=vars\n");
        string file = Write("deep/c.yaml",
            "volumes: [./data:/d, {type: bind, source: data/f, target: /e/f}]\nenv_file: vars\ncommand: sh -c 'cat /d/f /e/f; echo "
                + "$FROM_FILE'\n");
        Assert.Equal("found\nfound\nvars\n",
            Support.Minirun.Run(Start.Plain with { WorkingDirectory = "/" }, "run", "--file", file, Rootfs.Busybox).Succeeds().Out);
    }

    [Fact]
    public void A_rootfs_is_relative_to_the_file()
    {
        string file = Write("c.yaml", $"rootfs: {Path.GetRelativePath(_directory.Path, Rootfs.Busybox)}\ncommand: 'true'\n");
        Support.Minirun.Run(Start.Plain with { WorkingDirectory = "/" }, "run", "--file", file).Succeeds();
    }

    [Fact]
    public void A_variable_without_a_value_is_the_callers()
    {
        string file = Write("c.yaml",
            $"rootfs: {Rootfs.Busybox}\nenvironment:\n  MINE:\n  ABSENT:\n  EMPTY: ''\n  NULL_TEXT: 'null'\ncommand: env\n");
        string[] lines =
            Support.Minirun.Run(Start.Plain with { Environment = new() { ["MINE"] = "callers", ["ABSENT"] = null } }, "run", "--file", file)
            .Succeeds().Lines;
        Assert.Contains("MINE=callers", lines);
        Assert.Contains("EMPTY=", lines);
        Assert.Contains("NULL_TEXT=null", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("ABSENT", StringComparison.Ordinal));
    }

    [Fact]
    public void Environment_wins_over_env_file_wherever_it_stands()
    {
        Write("vars", "A=vars\nB=vars\n");
        string[] lines = Run($"rootfs: {Rootfs.Busybox}\nenvironment: [A=environment]\nenv_file: [vars]\ncommand: env\n").Succeeds().Lines;
        Assert.Contains("A=environment", lines);
        Assert.Contains("B=vars", lines);
    }

    [Fact]
    public void Flags_win_over_the_file()
    {
        Write("one/who", "file\n");
        Write("two/who", "flag\n");
        Write("vars", "B=env-file\n");
        string file = $"rootfs: {Rootfs.Busybox}\nhostname: file\nenvironment: [A=file, B=file, C=file]\nvolumes: [./one:/v]\nulimits: "
            + $"{{nofile: 100}}\nuserns_mode: keep-id\n";
        Result result = Run(
            ["-h", "flag", "-e", "A=flag", "--env-file", Path.Combine(_directory.Path, "vars"), "-v", $"{_directory.Path}/two:/v",
                "--ulimit", "nofile=150", "--userns", "single"],
            file, "sh", "-c", "hostname; echo $A $B $C; cat /v/who; ulimit -n; cat /proc/self/uid_map | wc -l");
        Assert.Equal(["flag", "flag env-file file", "flag", "150", "1"], result.Succeeds().Lines);
    }

    [Fact]
    public void Annotations_of_the_file_and_of_flags_are_in_the_document()
    {
        string file = Write("c.yaml", $"rootfs: {Rootfs.Busybox}\nannotations: {{org.example.a: file, org.example.b: file}}\n");
        string document = Support.Minirun.Run("run", "--file", file, "--annotation", "org.example.b=flag=1", "--print-spec").Succeeds().Out;
        using var json = System.Text.Json.JsonDocument.Parse(document);
        System.Text.Json.JsonElement all = json.RootElement.GetProperty("annotations");
        Assert.Equal("file", all.GetProperty("org.example.a").GetString());
        Assert.Equal("flag=1", all.GetProperty("org.example.b").GetString());
        Support.Minirun.Run("run", "--annotation", "minirun.init=true", Rootfs.Busybox, "true").Fails(125, "minirun. are its own");
        Support.Minirun.Run("run", "--annotation", "team", Rootfs.Busybox, "true").Fails(125, "--annotation team: not KEY=TEXT");
    }

    [Fact]
    public void The_file_wins_over_the_users_defaults_and_lists_are_joined()
    {
        Write("minirun/config.yaml", "hostname: defaults\nenvironment: {A: defaults, B: defaults}\ntmpfs: /from-defaults\ninit: true\n");
        string file = Write("c.yaml", $"rootfs: {Rootfs.Busybox}\nenvironment: {{B: file}}\ntmpfs: [/from-file]\n");
        Result result = Support.Minirun.Run(WithConfig(), "run", "--file", file, "-h", "flag", "sh", "-c",
            "hostname; echo $A $B; grep -c ' /from-' /proc/mounts; cat /proc/1/comm");
        Assert.Equal(["flag", "defaults file", "2"], result.Succeeds().Lines[..3]);
        Assert.NotEqual("sh", result.Lines[3]);   // init: true of the defaults
    }

    [Theory]
    [InlineData("rootfs: /")]
    [InlineData("command: 'true'")]
    [InlineData("entrypoint: ['true']")]
    [InlineData("restart: always")]
    [InlineData("volumes: [cache:/cache]")]
    [InlineData("network_mode: pasta")]
    public void Defaults_do_not_say_what_runs(string text)
    {
        Write("minirun/config.yaml", "# mine\n" + text + "\n");
        Support.Minirun.Run(WithConfig(), "run", Rootfs.Busybox, "true").Fails(125, "minirun/config.yaml:2:1: ", "not in user defaults");
    }

    [Fact]
    public void Defaults_are_found_below_HOME()
    {
        Write(".config/minirun/config.yaml", "hostname: at-home\n");
        Start how = Start.Plain with { Environment = new() { ["XDG_CONFIG_HOME"] = null, ["HOME"] = _directory.Path } };
        Assert.Equal("at-home\n", Support.Minirun.Run(how, "run", Rootfs.Busybox, "hostname").Succeeds().Out);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]   // relative: not to be used, says the specification, and what lies around in a directory is not ours
    public void A_directory_one_happens_to_be_in_gives_no_defaults(string? variable)
    {
        Write("minirun/config.yaml", "hostname: stray\n");
        Start how = Start.Plain with
        {
            WorkingDirectory = _directory.Path,
            Environment = new() { ["XDG_CONFIG_HOME"] = variable, ["HOME"] = null }
        };
        Assert.Equal("busybox\n", Support.Minirun.Run(how, "run", Rootfs.Busybox, "hostname").Succeeds().Out);
    }

    /// <summary>One line for each mistake: the text after `rootfs: …` on line 1, and where and how it is named.</summary>
    [Theory]
    [InlineData("hostnam: x", "2:1: unknown key 'hostnam'", "did you mean hostname?")]
    [InlineData("env: [A=b]", "2:1: unknown key 'env'", "did you mean environment?")]
    [InlineData("workdir: /", "2:1: unknown key 'workdir'", "did you mean working_dir?")]
    [InlineData("qwertyuiop: /", "2:1: unknown key 'qwertyuiop'", "docs/container-file.md")]
    [InlineData("image: busybox", "2:1: image: not supported by this version", "rootfs")]
    [InlineData("links: [db]", "2:1: links: not supported by this version", "by their names")]
    [InlineData("ports: {80: 80}", "2:8: ports: takes a list", "8080:80")]
    [InlineData("ports: [{published: 80}]", "2:9: ports: no target", "listens")]
    [InlineData("restart: perhaps", "2:10: restart: --restart perhaps: unknown policy", "unless-stopped")]
    [InlineData("stop_signal: FOO", "2:14: stop_signal: ", "TERM")]
    [InlineData("stop_grace_period: soon", "2:20: stop_grace_period: ", "30s")]
    [InlineData("healthcheck: {test: [curl]}", "2:21: healthcheck: test: begins with", "CMD")]
    [InlineData("healthcheck: {tset: x}", "2:15: healthcheck: 'tset'", "test, interval")]
    [InlineData("logging: {drivr: x}", "2:11: logging: unknown key 'drivr'", "driver and options")]
    [InlineData("services: {web: {}}", "2:1: services: ", "one service")]
    [InlineData("user: 1\nuser: 2", "3:1: user: twice", "leave one")]
    [InlineData("environment:\n  A: 1\n  A: 2", "4:3: A: twice", "leave one")]
    [InlineData("hostname: 'a b'", "2:11: hostname: ", "such as")]
    [InlineData("hostname: [a]", "2:11: hostname: takes one value", "hostname: VALUE")]
    [InlineData("hostname:", "2:10: hostname: has no value", "leave")]
    [InlineData("read_only: yes", "2:12: read_only: 'yes' is neither true nor false", "true")]
    [InlineData("pid: service:web", "2:6: pid: unknown mode", "host and private")]
    [InlineData("cap_add:\n  - CHOWN\n  - NOPE", "4:5: cap_add: unknown capability 'NOPE'", "capabilities(7)")]
    [InlineData("cap_add: {CHOWN: 1}", "2:10: cap_add: takes a list", "- VALUE")]
    [InlineData("ulimits: {nofil: 1}", "2:18: ulimits: unknown resource limit 'nofil'", "nofile")]
    [InlineData("ulimits: {nofile: {soft: 1}}", "2:19: ulimits: nofile: no hard limit", "both")]
    [InlineData("ulimits: {nofile: {soft: 1, har: 1}}", "2:29: ulimits: nofile: unknown key 'har'", "soft and hard")]
    [InlineData("ulimits: [nofile=1]", "2:10: ulimits: takes a map", "nofile: 1024")]
    [InlineData("volumes: [/nonexistent:/d]", "2:11: volumes: no such file or directory: /nonexistent", "create it first")]
    [InlineData("volumes: ['/tmp:d']", "2:11: volumes: ", "absolute")]
    [InlineData("volumes: {data: {}}", "2:10: volumes: takes a list", "one service")]
    [InlineData("volumes: [{type: npipe, source: /tmp, target: /d}]", "2:11: volumes: ", "bind, volume, tmpfs and overlay")]
    [InlineData("volumes: [{type: bind, source: /tmp, target: /d, readonly: true}]", "2:50: volumes: unknown key 'readonly'", "read_only")]
    [InlineData("environment: {'A=B': c}", "2:15: environment: 'A=B' is not the name", "NAME")]
    [InlineData("environment: {A: [b]}", "2:18: environment: A: takes one value", "VALUE")]
    [InlineData("env_file: nonexistent", "2:11: env_file: ", "check the path")]
    [InlineData("umask: 999", "2:8: umask: ", "022")]
    [InlineData("timeout: soon", "2:10: timeout: ", "30s")]
    [InlineData("nice: 99", "2:7: nice: ", "-20")]
    [InlineData("cpuset: 3-1", "2:9: cpuset: ", "0-3,7")]
    [InlineData("command: \"a 'b\"", "2:10: command: a quote", "close it")]
    [InlineData("command: [\"a\\0b\"]", "2:11: a zero character", "leave it out")]
    [InlineData("rootfs: /other", "2:1: rootfs: twice", "leave one")]
    [InlineData("a: [b", "3:1: not YAML: ", "indentation")]
    [InlineData("\tuser: x", "2:1: not YAML: a tab", "spaces")]
    [InlineData("command:\n  - a\n \t- b", "4:2: not YAML: a tab", "spaces")]
    [InlineData("user: *x", "2:7: no anchor '&x'", "anchors stand above")]
    [InlineData("user: &x [*x]", "2:11: no anchor '&x'", "anchors stand above")]
    [InlineData("<<: 5", "2:5: <<: only a map", "*NAME")]
    [InlineData("? [a]\n: b", "2:3: a key that is not text", "indentation")]
    [InlineData("user: !mine 5", "2:7: tag '!mine' is not supported", "leave it out")]
    [InlineData("---\nuser: 1", "2:1: a second document", "split it")]
    [InlineData("x-a: \"\\UFFFFFFFF\"", "not YAML", "indentation")]
    public void A_mistake_is_named_with_its_place(string text, string message, string hint)
    {
        Result result = Run($"rootfs: {Rootfs.Busybox}\n{text}\n", "true");
        result.Fails(125, $"{_directory.Path}/c.yaml:", message, hint);
        Assert.Equal(2, result.Error.TrimEnd('\n').Split('\n').Length);
    }

    [Theory]
    [InlineData("user: nosuch", "c.yaml:2:7: user: --user 'nosuch': no user")]
    [InlineData("group_add: [tty, nosuch]", "c.yaml:2:18: group_add: --group-add 'nosuch': no group")]
    [InlineData("working_dir: here", "c.yaml:2:14: working_dir: --workdir here: not an absolute path")]
    [InlineData("devices:\n  - /dev/nosuch", "c.yaml:3:5: devices: --device /dev/nosuch: no such device")]
    [InlineData("network_mode: nosuch", "c.yaml:2:15: network_mode: --net: no mode and no network")]
    [InlineData("ports: ['80:x']", "c.yaml:2:9: ports: --publish 80:x: 'x' is not a port")]
    [InlineData("healthcheck: {test: 'true', interval: 5q}", "c.yaml:2:39: healthcheck: interval: --health-interval 5q: not a duration")]
    public void A_value_that_turns_out_to_be_wrong_later_is_named_with_its_place_too(string text, string message) =>
        Run($"rootfs: {Rootfs.Busybox}\n{text}\n", "true").Fails(125, message);

    [Fact]
    public void A_flag_that_wins_over_the_file_is_named_itself()
    {
        Result result =
            Support.Minirun.Run("run", "--file", Write("c.yaml", $"rootfs: {Rootfs.Busybox}\nuser: student\n"), "--user", "nosuch", "true");
        result.Fails(125, "--user 'nosuch'");
        Assert.DoesNotContain("c.yaml", result.Error);
    }

    [Fact]
    public void A_directory_that_is_no_rootfs_is_named_with_its_place() =>
        Run("rootfs: ./nowhere\n").Fails(125, "c.yaml:1:9: rootfs: no such directory", "relative to the directory of the file");

    [Theory]
    [InlineData("just text", "1:1: not a map")]
    [InlineData("- a\n- b", "1:1: not a map")]
    public void What_is_no_map_is_no_container(string text, string message) => Run(text).Fails(125, message);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("--- \n...\n")]
    [InlineData("x-mine: {anything: [goes, here]}\n")]
    [InlineData("\ufeffx-mark: 1\r\n")]   // as editors of another system write it
    public void An_empty_file_changes_nothing(string text) => Run(text, Rootfs.Busybox, "true").Succeeds();

    [Fact]
    public void A_few_lines_of_aliases_are_not_written_out_to_billions()
    {
        string bomb = "x-0: &x0 [a,a,a,a,a,a,a,a,a,a]\n"
            + string.Concat(
                Enumerable.Range(1, 12).Select(i => $"x-{i}: &x{i} [{string.Join(',', Enumerable.Repeat($"*x{i - 1}", 10))}]\n"));
        Run(bomb, "true").Fails(125, "more than 100000 pieces");
    }

    [Fact]
    public void Deep_nesting_is_refused() => Run("x-a: " + new string('[', 200_000), "true").Fails(125, "nested too deeply");

    [Theory]
    [InlineData("/dev/zero", "larger than 1 MiB")]
    [InlineData("/nonexistent/c.yaml", "no such file")]
    [InlineData("/", "it is a directory")]
    public void What_cannot_be_a_container_file_is_refused(string path, string why) =>
        Support.Minirun.Run("run", "--file", path).Fails(125, $"--file {path}: ", why);

    [Fact]
    public void A_program_is_no_container_file() => Support.Minirun.Run("run", "--file", Programs.Probe).Fails(125, "--file");

    private string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        return _directory.Write(name, text);
    }

    private Result Run(string file, params string[] words) => Run([], file, words);

    private Result Run(string[] flags, string file, params string[] words) =>
        Support.Minirun.Run(["run", "--file", Write("c.yaml", file), .. flags, .. words]);

    private Start WithConfig() => Start.Plain with { Environment = new() { ["XDG_CONFIG_HOME"] = _directory.Path } };
}
