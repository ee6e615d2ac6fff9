using Xunit;

namespace Minirun.Linux.Tests;

public sealed class LinuxExceptionTests
{
    [Fact]
    public void It_names_the_path_the_call_and_the_error()
    {
        var error = new LinuxException("mount", Errno.EPERM, "/proc");
        Assert.Equal("/proc: mount: operation not permitted (EPERM)", error.Message);
        Assert.Equal(("mount", Errno.EPERM, "/proc"), (error.Call, error.Number, error.Path));
    }

    [Fact]
    public void Without_a_path_it_starts_with_the_call() =>
        Assert.Equal("clone3: function not implemented (ENOSYS)", new LinuxException("clone3", Errno.ENOSYS).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_result_that_is_no_failure_passes_through(int result) => Assert.Equal(result, LinuxException.Check(result, "read"));

    [Fact]
    public void A_failed_call_throws_with_the_errno_of_the_kernel()
    {
        var error = Assert.Throws<LinuxException>(
            () => LinuxException.Check(fcntl.open("/nonexistent/file", fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", "/nonexistent/file"));
        Assert.Equal((Errno.ENOENT, "open"), (error.Number, error.Call));
    }
}
