using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>
/// The bytes that fork-news maps and trusts: every offset lies inside, every string ends in a zero, every array in a null.
/// </summary>
public sealed unsafe class PlanEncoderTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_header_says_what_follows(string scenario)
    {
        byte[] bytes = Encode(scenario, out ContainerPlan plan);
        PlanHeader header = MemoryMarshal.Read<PlanHeader>(bytes);
        Assert.Equal((PlanHeader.Expected, PlanHeader.CurrentVersion, bytes.Length, 9, PlanMode.Report),
            (header.Magic, header.Version, header.Length, header.ReportFd, header.Mode));
        Assert.Equal(plan.Operations.Count(operation => operation.Step == LaunchStep.None), header.OpCount);
        Assert.InRange(header.OpsOffset + header.OpCount * sizeof(PlanOp), 0, bytes.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operations_keep_their_order_numbers_and_arguments(string scenario)
    {
        byte[] bytes = Encode(scenario, out ContainerPlan plan);
        Assert.All(Ops(bytes), op =>
        {
            Operation source = plan.Operations[op.Index];
            long b = source.Of is { } of ? plan.IndexOf(of) : source.B;
            Assert.Equal((source.Code, source.Flags, source.A, b, source.C, source.D), (op.Code, op.Flags, op.A, op.B, op.C, op.D));
        });
        int[] numbers = [.. Ops(bytes).Select(op => op.Index)];
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(OpCode.Exec, Ops(bytes)[^1].Code);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_an_operation_points_to_is_inside_and_ends(string scenario)
    {
        byte[] bytes = Encode(scenario, out ContainerPlan plan);
        foreach (PlanOp op in Ops(bytes))
        {
            Operation source = plan.Operations[op.Index];
            Check(bytes, op.S1, source.S1);
            Check(bytes, op.S2, source.S2);
            Check(bytes, op.S3, source.S3);
            if (source.S4 is not EnvironmentSlot) Check(bytes, op.S4, source.S4);
        }
    }

    [Fact]
    public void The_place_of_LISTEN_PID_is_behind_its_equals_sign()
    {
        byte[] bytes = Encode("fds", out _);
        PlanOp exec = Ops(bytes)[^1];
        Assert.Equal("LISTEN_PID=", System.Text.Encoding.ASCII.GetString(bytes, exec.S4 - "LISTEN_PID=".Length, "LISTEN_PID=".Length));
        Assert.All(bytes[exec.S4..(exec.S4 + 10)], each => Assert.Equal(0, each));   // room for any pid
    }

    [Fact]
    public void A_plan_larger_than_the_first_buffer_is_whole()
    {
        string[] many = [.. Enumerable.Range(0, 5000).Select(i => $"argument {i} ä€😀")];
        var plan = new ContainerPlan(new ContainerSpec());
        plan.Add(new Operation { Name = "exec", Why = "", Code = OpCode.Exec, S1 = "/bin/sh\0", S2 = many });
        byte[] bytes = PlanEncoder.Encode(plan, 9, PlanMode.Quiet);
        Check(bytes, Ops(bytes)[0].S2, many);
    }

    [Fact]
    public void Arguments_that_are_no_text_go_in_as_the_bytes_they_are()
    {
        var options = new RunOptions { Rootfs = "busybox", Entrypoint = ["echo"], Command = ["\uFFFD"], CommandBytes = [[0xff, 0xfe]] };
        TestHost host = TestHost.User();
        byte[] bytes = PlanEncoder.Encode(Planner.Build(SpecBuilder.Build(options, host), host), 9, PlanMode.Quiet);
        int arguments = Ops(bytes)[^1].S2;
        Check(bytes, (int)BitConverter.ToInt64(bytes, arguments), "echo");
        int second = (int)BitConverter.ToInt64(bytes, arguments + 8);
        Assert.Equal([0xff, 0xfe, 0], bytes[second..(second + 3)]);
    }

    private static byte[] Encode(string scenario, out ContainerPlan plan)
    {
        var (_, options, host) = Scenarios.All[scenario]();
        plan = Planner.Build(SpecBuilder.Build(options, host), host);
        return PlanEncoder.Encode(plan, 9, PlanMode.Report);
    }

    private static PlanOp[] Ops(byte[] bytes)
    {
        PlanHeader header = MemoryMarshal.Read<PlanHeader>(bytes);
        return MemoryMarshal.Cast<byte, PlanOp>(bytes.AsSpan(header.OpsOffset, header.OpCount * sizeof(PlanOp))).ToArray();
    }

    private static void Check(byte[] bytes, int at, object? value)
    {
        switch (value)
        {
            case null:
                Assert.Equal(0, at);
                break;
            case string text:
                Assert.Equal(text, Text(bytes, at, System.Text.Encoding.UTF8.GetByteCount(text)));
                break;
            case CommandLine command:
                Check(bytes, at, command.Words);
                break;
            case byte[] raw:
                Assert.Equal(0, at % 8);
                Assert.Equal(raw, bytes[at..(at + raw.Length)]);
                break;
            case string[] texts:
                Assert.Equal(0, at % 8);
                for (int i = 0; i < texts.Length; i++) Check(bytes, (int)BitConverter.ToInt64(bytes, at + i * 8), texts[i]);
                Assert.Equal(0, BitConverter.ToInt64(bytes, at + texts.Length * 8));
                break;
            default:
                Assert.Fail($"a plan holds a {value.GetType().Name}, which this test does not know");
                break;
        }
    }

    private static string Text(byte[] bytes, int at, int length)
    {
        Assert.InRange(at, sizeof(PlanHeader), bytes.Length - length - 1);
        Assert.Equal(0, bytes[at + length]);
        return System.Text.Encoding.UTF8.GetString(bytes, at, length);
    }
}
