using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>What became of a program that has ended.</summary>
/// <param name="Command">For messages.</param>
/// <param name="ExitCode">128+n after signal n.</param>
/// <param name="Out">All of its stdout.</param>
/// <param name="Error">All of its stderr.</param>
internal sealed record Result(string Command, int ExitCode, string Out, string Error)
{
    /// <summary>The lines of stdout.</summary>
    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    /// <summary>Fails, with all that it said, when it did not end like this.</summary>
    public Result Exits(int code)
    {
        Assert.True(ExitCode == code, $"expected exit code {code}, not {this}");
        return this;
    }

    /// <summary>Exit code 0 and nothing on stderr.</summary>
    public Result Succeeds()
    {
        Exits(0);
        Assert.True(Error.Length == 0, $"expected nothing on stderr, not {this}");
        return this;
    }

    /// <summary>An error of minirun's: the message has all of these words in it, and a hint follows it.</summary>
    public Result Fails(int code, params string[] words)
    {
        Exits(code);
        Assert.True(Error.StartsWith("minirun: ", StringComparison.Ordinal) || Error.Contains("\nminirun: "),
            $"expected a message of minirun's, not {this}");
        Assert.True(Error.Contains("\nhint: "), $"expected a hint, not {this}");
        foreach (string word in words) Assert.True(Error.Contains(word), $"expected '{word}' in the message, not {this}");
        return this;
    }

    public override string ToString() => $"{ExitCode} of `{Command}`\n--- stdout\n{Out}\n--- stderr\n{Error}";
}
