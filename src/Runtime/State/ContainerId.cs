namespace Minirun.Runtime.State;

/// <summary>The names that a container may have: they become names of directories.</summary>
public static class ContainerId
{
    private const int MaximumLength = 1024;

    /// <exception cref="UserError">It is none.</exception>
    public static string Check(string id)
    {
        if (id.Length == 0) throw UserError.AsRunc("container id cannot be empty");
        bool good = id is not ("." or "..") && id.Length <= MaximumLength;
        foreach (char c in id) good &= char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
        return good ? id : throw new UserError("invalid container ID format", "letters, digits, _ + - and .");
    }
}
