using System.Diagnostics;

namespace Minirun.Linux.Tests;

/// <summary>Compiles and runs a little C with the machine's headers.</summary>
internal static class CProgram
{
    /// <summary>Null when gcc and the headers are there, else why tests that need them are skipped. On CI they must be there.</summary>
    public static string? Missing { get; } = Look();

    /// <summary>What the program prints.</summary>
    public static string Run(string source)
    {
        string directory = Directory.CreateTempSubdirectory("minirun-headers-").FullName;
        try
        {
            string file = Path.Combine(directory, "program.c"), program = Path.Combine(directory, "program");
            File.WriteAllText(file, source);
            Start("gcc", "-std=gnu11", "-Werror", "-Wno-overflow", "-o", program, file);
            return Start(program);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string? Look()
    {
        try
        {
            Run("#include <stdio.h>\n#include <linux/mount.h>\nint main(void) { return 0; }\n");
            return null;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            if (Environment.GetEnvironmentVariable("CI") is "true" or "1") return null;   // let the tests fail, and say why
            return "needs gcc, libc6-dev and linux-libc-dev: " + error.Message.Split('\n')[0];
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
