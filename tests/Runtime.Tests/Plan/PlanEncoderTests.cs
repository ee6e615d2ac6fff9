using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
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
            Assert.Equal((source.Code, source.Flags), (op.Code, op.Flags));
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
            switch (plan.Operations[op.Index])
            {
                case FileSystemOp mount:
                    Check(bytes, op.FileSystem.Type, mount.Type);
                    Check(bytes, op.FileSystem.Target, mount.Target);
                    Check(bytes, op.FileSystem.Options, mount.Options);
                    Check(bytes, op.FileSystem.Fallback, mount.Fallback);
                    Check(bytes, op.FileSystem.Shown, mount.Shown);
                    break;
                case BindOp bind:
                    Check(bytes, op.Bind.Source, bind.Source);
                    Check(bytes, op.Bind.Target, bind.Target);
                    Assert.Equal((bind.Change, bind.Device), (op.Bind.Change, op.Bind.Device));
                    break;
                case SymlinkOp link:
                    Check(bytes, op.Symlink.Text, link.Text);
                    Check(bytes, op.Symlink.Target, link.Target);
                    break;
                case SeccompOp seccomp:
                    Check(bytes, op.Seccomp.Program, seccomp.Filter.Program);
                    break;
                case ExecOp exec:
                    Check(bytes, op.Exec.Candidates, exec.Candidates);
                    Check(bytes, op.Exec.Arguments, exec.Command);
                    Check(bytes, op.Exec.Environment, exec.Environment);
                    break;
            }
    }

    [Fact]
    public void A_later_operation_names_the_number_of_the_one_it_comes_back_to()
    {
        byte[] bytes = Encode("limits", out ContainerPlan plan);
        PlanOp later = Ops(bytes).First(op => op.Code == OpCode.MountAttributes);
        Assert.Same(plan.Operations[later.Index].Of, plan.Operations[later.MountAttributes.Op]);
    }

    [Fact]
    public void The_place_of_LISTEN_PID_is_behind_its_equals_sign()
    {
        byte[] bytes = Encode("fds", out _);
        int at = Ops(bytes)[^1].Exec.PidAt.Offset;
        Assert.Equal("LISTEN_PID=", System.Text.Encoding.ASCII.GetString(bytes, at - "LISTEN_PID=".Length, "LISTEN_PID=".Length));
        Assert.All(bytes[at..(at + 10)], each => Assert.Equal(0, each));   // room for any pid
    }

    [Fact]
    public void A_plan_larger_than_the_first_buffer_is_whole()
    {
        string[] many = [.. Enumerable.Range(0, 5000).Select(i => $"argument {i} ä€😀")];
        var plan = new ContainerPlan(new ContainerSpec());
        plan.Add(new ExecOp
        {
            Name = "exec",
            Why = "",
            Candidates = "/bin/sh\0",
            Command = many,
            Environment = [],
            Root = "/",
            Directory = "/"
        });
        byte[] bytes = PlanEncoder.Encode(plan, 9, PlanMode.Quiet);
        Check(bytes, Ops(bytes)[0].Exec.Arguments, many);
    }

    [Fact]
    public void Arguments_that_are_no_text_go_in_as_the_bytes_they_are()
    {
        var options = new RunOptions { Rootfs = "busybox", Entrypoint = ["echo"], Command = ["\uFFFD"], CommandBytes = [[0xff, 0xfe]] };
        TestHost host = TestHost.User();
        byte[] bytes = PlanEncoder.Encode(Planner.Build(SpecBuilder.Build(options, host), host), 9, PlanMode.Quiet);
        int arguments = Ops(bytes)[^1].Exec.Arguments.Offset;
        Check(bytes, At(bytes, arguments, 0), "echo");
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

    private static void Check(byte[] bytes, global::Minirun.Plan.PlanText at, string? text)
    {
        if (text is null) Assert.True(at.IsNone);
        else Assert.Equal(text, Text(bytes, at.Offset, System.Text.Encoding.UTF8.GetByteCount(text)));
    }

    private static void Check(byte[] bytes, PlanBytes at, byte[] raw)
    {
        Assert.Equal((0, raw.Length), (at.Offset % 8, at.Length));
        Assert.Equal(raw, bytes[at.Offset..(at.Offset + at.Length)]);
    }

    private static void Check(byte[] bytes, PlanArray at, string[] texts)
    {
        Assert.Equal(0, at.Offset % 8);
        for (int i = 0; i < texts.Length; i++) Check(bytes, At(bytes, at.Offset, i), texts[i]);
        Assert.Equal(0, BitConverter.ToInt64(bytes, at.Offset + texts.Length * 8));
    }

    private static global::Minirun.Plan.PlanText At(byte[] bytes, int array, int index) =>
        new() { Offset = (int)BitConverter.ToInt64(bytes, array + index * 8) };

    private static string Text(byte[] bytes, int at, int length)
    {
        Assert.InRange(at, sizeof(PlanHeader), bytes.Length - length - 1);
        Assert.Equal(0, bytes[at + length]);
        return System.Text.Encoding.UTF8.GetString(bytes, at, length);
    }
}
