using Xunit;

namespace Minirun.Runtime.Tests;

internal static class Refuses
{
    /// <summary>The action must end in a UserError, with a hint: neither success nor an error of ours.</summary>
    public static UserError With(Func<object?> action)
    {
        var error = Assert.Throws<UserError>(action);
        Assert.False(string.IsNullOrWhiteSpace(error.Hint), $"no hint with: {error.Message}");
        Assert.DoesNotMatch(@"\.$", error.Message);
        return error;
    }
}
