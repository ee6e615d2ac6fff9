using System.Diagnostics;

namespace Minirun.Linux.Tests;

/// <summary>Compiles and runs a little C with the machine's headers.</summary>
internal static class CProgram
{
    /// <summary>Null when gcc and the headers are there, else why tests that need them are skipped. On CI they must be there.</summary>
    public static string? Missing { get; } = Look(X64);

    /// <summary>Null when programs for arm64 can be compiled and run as well.</summary>
    public static string? MissingArm64 { get; } = Look(Arm64);

    public const string X64 = "x86-64", Arm64 = "arm64";

    /// <summary>What the program prints.</summary>
    public static string Run(string source, string processor = X64)
    {
        string directory = Directory.CreateTempSubdirectory("minirun-headers-").FullName;
        try
        {
            string file = Path.Combine(directory, "program.c"), program = Path.Combine(directory, "program");
            File.WriteAllText(file, source);
            string[] options = ["-std=gnu11", "-Werror", "-Wno-overflow", "-o", program, file];
            Start(processor == Arm64 ? "aarch64-linux-gnu-gcc" : "gcc", [.. options, .. processor == Arm64 ? ["-static"] : (string[])[]]);
            return processor == Arm64 ? Start("qemu-aarch64-static", program) : Start(program);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string? Look(string processor)
    {
        try
        {
            Run("#include <stdio.h>\n#include <linux/mount.h>\nint main(void) { return 0; }\n", processor);
            return null;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            // let the tests fail, and say why
            if (processor == X64 && Environment.GetEnvironmentVariable("CI") is "true" or "1") return null;
            return (processor == X64
                ? "needs gcc, libc6-dev and linux-libc-dev: "
                : "needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static: ")
                + error.Message.Split('\n')[0];
        }
    }

    private static string Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} failed with {process.ExitCode}: {errors.Result}");
    }
}
