using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>--env-file, as docker reads it: NAME=VALUE or NAME a line, verbatim, # starts a comment line.</summary>
internal static class EnvFile
{
    public static List<string> Read(string path)
    {
        List<string> entries = [];
        int number = 0;
        foreach (string line in Lines(path))
        {
            number++;
            string text = line.TrimStart();
            if (text.Length == 0 || text[0] == '#') continue;
            string name = text.Split('=')[0];
            if (name.Length == 0 || name.Any(char.IsWhiteSpace))
                throw new UserError($"{path}:{number}: '{name}' is not the name of a variable",
                    "write NAME=VALUE, without spaces around the =");
            entries.Add(text);
        }
        return entries;
    }

    private static string[] Lines(string path)
    {
        const string hint = "check the path; it is relative to where you are";
        try
        {
            byte[] bytes = GivenFile.Read(path) ?? throw new UserError($"--env-file {path}: cannot be read: no such file", hint);
            string[] lines = KernelText.Decode(bytes).TrimStart('\uFEFF').Split('\n');
            return Array.ConvertAll(lines, line => line.TrimEnd('\r'));
        }
        catch (LinuxException error)
        {
            throw new UserError($"--env-file {path}: cannot be read: {Errno.Describe(error.Number)}", hint);
        }
    }
}
