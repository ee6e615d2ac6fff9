using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>Asks before something is lost, unless --force was given.</summary>
internal static class Question
{
    public static readonly Flag Force = new("force", 'f', null, "do not ask");

    /// <param name="words">Of the command.</param>
    /// <param name="warning">What will be lost.</param>
    /// <exception cref="UserError">Nobody answers.</exception>
    public static bool Allows(VerbArguments words, string warning)
    {
        if (words.Has("force")) return true;
        TextOutput.Text($"WARNING! {warning}\nAre you sure you want to continue? [y/N] ");
        if (StandardInput.ReadLine() is not { } answer)
        {
            // Nobody has ended the question's line with an Enter.
            TextOutput.Line("");
            throw new UserError("nothing is removed: nobody answered", "--force does not ask");
        }
        return answer.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
