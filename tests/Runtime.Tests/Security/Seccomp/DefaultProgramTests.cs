using System.Text;
using Minirun.Runtime.Security;
using Minirun.Runtime.Security.Seccomp;
using Xunit;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>The program of the default profile that is compiled with minirun: src/Runtime/Security/Seccomp/DefaultProgram.cs.</summary>
public sealed class DefaultProgramTests
{
    private static readonly string s_file = Path.Combine(Checkout.Root, "src/Runtime/Security/Seccomp/DefaultProgram.cs");

    private static byte[] Compile(SeccompArchitecture native) =>
        SeccompCompiler.Compile(DefaultProfile.For(CapabilitySet.Combine(false, [], []), native), "", native).Program;

    private static string Compiled => Source(Compile(SeccompArchitecture.X86_64), Compile(SeccompArchitecture.Aarch64));

    [Fact]
    public void The_built_in_program_is_what_the_default_profile_compiles_to()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is not null) File.WriteAllText(s_file, Compiled);
        Assert.True(Compiled == File.ReadAllText(s_file),
            "DefaultProgram.cs is out of date: run this test again with UPDATE_GOLDEN=1, then build");
    }

    [Fact]
    public void It_is_short_enough_to_be_installed_at_every_start()
    {
        Assert.InRange(DefaultProgram.X64.Length / 8, 1, 400);
        Assert.InRange(DefaultProgram.Arm64.Length / 8, 1, 400);
    }

    private static string Source(byte[] x64, byte[] arm64) => $$"""
        using Minirun.Linux;

        namespace Minirun.Runtime.Security.Seccomp;

        /// <summary>
        /// Made by DefaultProgramTests (UPDATE_GOLDEN=1): <see cref="DefaultProfile"/> for the default capabilities, compiled. It lies in
        /// the program's read-only data and costs a start nothing.
        /// </summary>
        internal static class DefaultProgram
        {
            /// <summary>struct sock_filter each: code, jump when true, jump when false, value.</summary>
            public static ReadOnlySpan<byte> Instructions => Processor.IsArm64 ? Arm64 : X64;

            internal static ReadOnlySpan<byte> X64 =>
            [
        {{Rows(x64)}}    ];

            internal static ReadOnlySpan<byte> Arm64 =>
            [
        {{Rows(arm64)}}    ];
        }

        """;

    private static string Rows(byte[] program)
    {
        var text = new StringBuilder();
        for (int at = 0; at < program.Length; at += 32)
            text.Append("        ").AppendJoin(", ", program[at..Math.Min(at + 32, program.Length)]).Append(",\n");
        return text.ToString();
    }
}
