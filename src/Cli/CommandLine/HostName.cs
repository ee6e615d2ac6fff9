using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

internal static class HostName
{
    private const int Longest = 64;   // HOST_NAME_MAX of Linux, sethostname(2)

    public static string Check(string name, string flag)
    {
        bool good = name.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
            && name[0] is not ('-' or '.');
        return good ? name : throw new UserError($"{flag} '{name}': no host name", "letters, digits, - and ., at most 64, such as web-1");
    }
}
