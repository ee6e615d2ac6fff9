using System.Text;
using Minirun.Runtime.Bundles;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

public sealed class BundleValidatorTests
{
    [Fact]
    public void A_good_document_passes() =>
        Assert.Equal("web-1", Bundle.Parse(Encoding.UTF8.GetBytes(BundleDocuments.Full), "config.json").Hostname);

    [Theory]
    [InlineData("ociVersion", null, "ociVersion: missing")]
    [InlineData("ociVersion", "\"2.0.0\"", "ociVersion: '2.0.0' is not a version")]
    [InlineData("ociVersion", "\"1.0\"", "ociVersion: '1.0' is not a version")]
    [InlineData("root.path", "\"\"", "root.path: missing")]
    [InlineData("process.cwd", "\"tmp\"", "process.cwd: not an absolute path")]
    [InlineData("process.args", "[]", "process.args: empty")]
    [InlineData("process.args", "null", "process.args: empty")]
    [InlineData("process.args[1]", "null", "process.args[1]: null is not a string")]
    [InlineData("process.env[1]", "\"A\"", "process.env[1]: not NAME=VALUE")]
    [InlineData("process.user.umask", "512", "process.user.umask: 512 is more than 511")]
    [InlineData("process.oomScoreAdj", "1001", "process.oomScoreAdj: 1001 is not from -1000 to 1000")]
    [InlineData("process.rlimits[1].type", "\"RLIMIT_FOO\"", "process.rlimits[1].type: unknown limit 'RLIMIT_FOO'")]
    [InlineData("process.rlimits[1].type", "\"RLIMIT_NOFILE\"", "process.rlimits[1].type: RLIMIT_NOFILE is there twice")]
    [InlineData("process.rlimits[0].soft", "2048", "process.rlimits[0].soft: 2048 is more than the hard limit")]
    [InlineData("process.scheduler.policy", "\"SCHED_FOO\"", "process.scheduler.policy: unknown policy 'SCHED_FOO'")]
    [InlineData("process.scheduler.nice", "20", "process.scheduler.nice: 20 is not from -20 to 19")]
    [InlineData("process.scheduler.priority", "1", "process.scheduler.priority: 1: only SCHED_FIFO and SCHED_RR have one")]
    [InlineData("process.scheduler.runtime", "1", "process.scheduler.runtime: ")]
    [InlineData("process.scheduler.flags[0]", "\"X\"", "process.scheduler.flags[0]: unknown flag 'X'")]
    [InlineData("process.ioPriority.class", "\"\"", "process.ioPriority.class: missing")]
    [InlineData("process.ioPriority.priority", "8", "process.ioPriority.priority: 8 is not from 0 to 7")]
    [InlineData("process.execCPUAffinity.final", "\"1-0\"", "process.execCPUAffinity.final: '1-0' is not a list of processors")]
    [InlineData("process.apparmorProfile", "\"a\\nexec b\"", "process.apparmorProfile: has a newline")]
    [InlineData("linux.namespaces[1].type", "\"foo\"", "linux.namespaces[1].type: unknown namespace 'foo'")]
    [InlineData("linux.namespaces[1].type", "\"pid\"", "linux.namespaces[1].type: pid is there twice")]
    [InlineData("linux.namespaces[1].path", "\"proc/1/ns/uts\"", "linux.namespaces[1].path: not an absolute path")]
    [InlineData("linux.namespaces[1].type", "\"cgroup\"", "hostname: unable to set hostname without a private UTS namespace")]
    [InlineData("linux.namespaces[4].type", "\"cgroup\"",
        "linux.sysctl.net.ipv4.ip_forward: sysctl \"net.ipv4.ip_forward\" not allowed in host network namespace")]
    [InlineData("linux.namespaces[3].type", "\"cgroup\"",
        "linux.sysctl.kernel.shmmax: sysctl \"kernel.shmmax\" is not in a separate kernel namespace")]
    [InlineData("linux.namespaces[5].type", "\"cgroup\"", "linux.timeOffsets: time namespace offsets specified")]
    [InlineData("linux.namespaces[5].type", "\"user\"", "linux.uidMappings: user namespaces enabled, but no uid mappings found")]
    [InlineData("linux.uidMappings", "[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]",
        "linux.uidMappings: user namespace mappings specified")]
    [InlineData("linux.uidMappings", "[{\"containerID\": 0, \"hostID\": 0, \"size\": 0}]", "linux.uidMappings[0].size: 0 maps nothing")]
    [InlineData("linux.uidMappings", "[{\"containerID\": 1, \"hostID\": 0, \"size\": 4294967295}]",
        "linux.uidMappings[0].size: ends beyond")]
    [InlineData("linux.uidMappings", "[{\"containerID\": 0, \"hostID\": 0, \"size\": 5}, {\"containerID\": 4, \"hostID\": 9, \"size\": 1}]",
        "linux.uidMappings[1]: maps ids that linux.uidMappings[0] maps too")]
    [InlineData("linux.timeOffsets.realtime", "{\"secs\": 1}", "linux.timeOffsets: unknown clock 'realtime'")]
    [InlineData("linux.timeOffsets.monotonic.nanosecs", "1000000000", "linux.timeOffsets.monotonic.nanosecs: ")]
    [InlineData("linux.sysctl", "{\"kernel.core_pattern\": \"|/x\"}",
        "linux.sysctl.kernel.core_pattern: sysctl \"kernel.core_pattern\" is not in a separate kernel namespace")]
    [InlineData("linux.sysctl", "{\"net/../kernel/core_pattern\": \"|/x\"}", "is not a name of a kernel parameter")]
    [InlineData("linux.sysctl", "{\"net.//.kernel/core_pattern\": \"|/x\"}", "is not a name of a kernel parameter")]
    [InlineData("linux.sysctl", "{\"kernel.domainname\": \"other\"}",
        "linux.sysctl.kernel.domainname: 'other' conflicts with domainname, which is 'camp'")]
    [InlineData("linux.sysctl", "{\"kernel.hostname\": \"x\"}", "conflicts with the OCI \"hostname\" field")]
    [InlineData("linux.sysctl", "{\"user.max_user_namespaces\": \"0\"}", "is not in a separate kernel namespace")]
    [InlineData("linux.personality.domain", "\"BSD\"", "linux.personality.domain: unknown domain 'BSD'")]
    [InlineData("linux.personality.flags", "[\"ADDR_NO_RANDOMIZE\"]", "linux.personality.flags[0]: no flag is supported")]
    [InlineData("linux.memoryPolicy.mode", "\"MPOL_X\"", "linux.memoryPolicy.mode: invalid memory policy mode 'MPOL_X'")]
    [InlineData("linux.memoryPolicy.nodes", "\"a\"", "linux.memoryPolicy.nodes: 'a' is not a list of memory nodes")]
    [InlineData("linux.intelRdt", "{\"closID\": \"../x\"}", "linux.intelRdt.closID: ")]
    [InlineData("linux.intelRdt", "{\"memBwSchema\": \"L3:0=f\"}", "linux.intelRdt.memBwSchema: ")]
    [InlineData("linux.rootfsPropagation", "\"both\"", "linux.rootfsPropagation: unknown propagation 'both'")]
    [InlineData("linux.maskedPaths[0]", "\"proc\"", "linux.maskedPaths[0]: not an absolute path")]
    [InlineData("linux.devices", "[{\"path\": \"/dev/x\", \"type\": \"q\"}]", "linux.devices[0].type: unknown type of device 'q'")]
    [InlineData("linux.resources.memory.limit", "-2", "linux.resources.memory.limit: -2 is neither a limit nor -1")]
    [InlineData("linux.resources.memory.swap", "1", "linux.resources.memory.swap: 1 for memory and swap together is less")]
    [InlineData("linux.resources.devices[0].access", "\"xy\"", "linux.resources.devices[0].access: 'xy'")]
    [InlineData("linux.resources.unified", "{\"a/b\": \"1\"}", "linux.resources.unified.a/b: must be a file name (no slashes)")]
    [InlineData("hooks.createRuntime[0].path", "\"true\"", "hooks.createRuntime[0].path: not an absolute path")]
    [InlineData("hooks.createContainer[0].timeout", "0", "hooks.createContainer[0].timeout: not greater than zero")]
    [InlineData("mounts[0].destination", "\"\"", "mounts[0].destination: missing")]
    public void A_wrong_value_is_named_by_its_path(string path, string? json, string message) =>
        Assert.Contains(message, Refuses.With(() => Bundle.Parse(BundleDocuments.With(path, json), "config.json")).Message);

    /// <summary>CVE-2016-3697 and its kin: a number is a number in JSON's own form, in range, or nothing.</summary>
    [Theory]
    [InlineData("process.user.uid", "\"0\"", "process.user.uid: not a whole number from 0 to 4294967295")]
    [InlineData("process.user.uid", "-1", "process.user.uid: not a whole number from 0 to 4294967295")]
    [InlineData("process.user.uid", "4294967296", "process.user.uid: not a whole number from 0 to 4294967295")]
    [InlineData("process.user.uid", "1.5", "process.user.uid: not a whole number from 0 to 4294967295")]
    [InlineData("process.user.uid", "null", "process.user.uid: not a whole number from 0 to 4294967295")]
    [InlineData("process.user.additionalGids", "[5, \"video\"]", "process.user.additionalGids[1]: not a whole number from 0 to 4294967295")]
    [InlineData("process.oomScoreAdj", "99999999999", "process.oomScoreAdj: not a whole number from -2147483648 to 2147483647")]
    [InlineData("process.terminal", "\"false\"", "process.terminal: not true or false")]
    [InlineData("process.args", "\"sh\"", "process.args: not a list")]
    [InlineData("process.args", "[1]", "process.args[0]: not a string")]
    [InlineData("process", "[]", "process: not an object")]
    [InlineData("linux.resources.memory.limit", "\"64m\"", "linux.resources.memory.limit: not a whole number of 64 bits")]
    [InlineData("linux.resources.memory.limit", "9223372036854775808", "linux.resources.memory.limit: not a whole number of 64 bits")]
    [InlineData("linux.sysctl", "{\"net.x\": 1}", "linux.sysctl")]
    public void A_value_of_the_wrong_type_is_named_with_what_it_should_be(string path, string json, string message) =>
        Assert.Contains(message, Refuses.With(() => Bundle.Parse(BundleDocuments.With(path, json), "config.json")).Message);

    [Theory]
    [InlineData("", "config.json: line 1, byte 1: not JSON")]
    [InlineData("{\n  \"ociVersion\": \"1.0.0\",\n  oops\n}", "config.json: line 3, byte 3: not JSON")]
    [InlineData("{\"ociVersion\": \"1.0.0\",}", "not JSON")]
    [InlineData("{\"process\": {\"args\": [\"a\"", "not JSON")]
    [InlineData("[]", "the document: not an object")]
    [InlineData("null", "null is not a document")]
    [InlineData("{\"hostname\": \"a\\u0000b\"}", "byte 16: a string with a zero in it")]
    public void A_text_that_is_no_document_is_refused_with_line_and_byte(string json, string message) =>
        Assert.Contains(message, Assert.Throws<UserError>(() => Bundle.Parse(Encoding.UTF8.GetBytes(json), "config.json")).Message);

    [Theory]
    [InlineData("extra", "{\"deep\": [1, {\"x\": null}]}")]
    [InlineData("linux.futureField", "\"x\"")]
    [InlineData("process.user.username", "\"ada\"")]
    public void An_unknown_field_is_passed_over(string path, string json) => Bundle.Parse(BundleDocuments.With(path, json), "config.json");

    [Theory]
    [InlineData("process.cwd", "process.cwd: longer than 4095 bytes")]
    [InlineData("linux.namespaces[1].path", "linux.namespaces[1].path: longer than 4095 bytes")]
    [InlineData("mounts[1].destination", "mounts[1].destination: longer than 4095 bytes")]
    [InlineData("hostname", "hostname: longer than 64 bytes")]
    public void A_huge_string_is_refused_before_anything_is_made(string path, string message) =>
        Assert.Contains(message,
            Refuses.With(
                () => Bundle.Parse(BundleDocuments.With(path, '"' + "/" + new string('x', 8 << 20) + '"'), "config.json")).Message);

    [Fact]
    public void A_huge_id_map_is_refused()
    {
        string maps =
            "[" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"{{\"containerID\":{i},\"hostID\":{i},\"size\":1}}")) + "]";
        Assert.Contains("linux.uidMappings: 100000 lines",
            Refuses.With(() => Bundle.Parse(BundleDocuments.With("linux.uidMappings", maps), "config.json")).Message);
    }
}
