using System.Diagnostics;

namespace Minirun.Cli.Tests.Support;

/// <summary>Directory trees.</summary>
internal static class Tree
{
    public static void Copy(string from, string to) => Run("cp", "-a", "--reflink=auto", from, to);

    /// <summary>
    /// Removes a tree, whatever modes a container gave its directories; files of other ids are removed by a user namespace that has them.
    /// </summary>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path)) return;
        if (Try("rm", "-rf", "--one-file-system", path)) return;
        Try("chmod", "-R", "u+rwX", path);
        if (!Try("rm", "-rf", "--one-file-system", path))
            Try("unshare", "--user", "--map-root-user", "--map-auto", "rm", "-rf", "--one-file-system", path);
    }

    /// <summary>One line for every file below: type, mode, owner, size, link target, contents. Equal texts are equal trees.</summary>
    public static string Describe(string path) =>
        Run("bash", "-c", """
            cd "$1" && find . -printf '%P %y %m %U:%G %s %l %T@\n' | sort &&
                find . -type f -readable -print0 | sort -z | xargs -0 sha256sum
            """, "-", path);

    private static bool Try(string program, params string[] arguments) => Start(program, arguments, out _, out _) == 0;

    private static string Run(string program, params string[] arguments) =>
        Start(program, arguments, out string output, out string error) == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");

    private static int Start(string program, string[] arguments, out string output, out string error)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        error = errors.GetAwaiter().GetResult();
        return process.ExitCode;
    }
}
