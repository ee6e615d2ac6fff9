using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs;

/// <summary>Verbs that do the same with each of their words.</summary>
internal static class EachWord
{
    /// <summary>Prints an error; gives the exit code for it, which is docker's where what was named is not there.</summary>
    public static int Complain(Exception error)
    {
        int code = Message.Print(error);
        return error is UserError { IsMissing: true } ? UserError.Missing : code;
    }

    /// <summary>
    /// Does something with each word, and prints what docker prints: the word. Goes on after one that fails; the worst exit code counts.
    /// </summary>
    public static int Do(VerbArguments words, Action<string> act, bool prints = true)
    {
        int status = 0;
        foreach (string word in words.Words)
            try
            {
                act(word);
                if (prints) TextOutput.Line(SafeText.Of(word));
            }
            catch (UserError error) when (error.IsMissing && words.Has("force"))
            {
                // It is as it was to be; but a name that was mistyped looks different from one that is gone now (docker).
                Message.Print(error);
            }
            catch (Exception error) when (Message.Has(error))
            {
                status = Math.Max(status, Complain(error));
            }
        return status;
    }
}
