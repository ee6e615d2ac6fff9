using Minirun.Engine.Why;
using Xunit;

namespace Minirun.Engine.Tests.Flight;

public sealed class KernelLogTests
{
    private const string Record = "5,2011,36523263153,-;audit: type=1326 audit(1795246850.408:3): auid=4294967295 uid=0 gid=0 "
        + "ses=4294967295 pid=3101 comm=\"mkdir\" exe=\"/bin/busybox\" sig=31 arch=c000003e syscall=83 compat=0 ip=0x47b567 "
            + "code=0x80000000\n";

    [Theory]
    [InlineData("mkdir", Record, 3101, 36523263153L)]
    [InlineData(null, Record, 3102, 0L)]                          // another process
    [InlineData(null, Record, 3101, 36523263154L)]                // one that had the pid before
    [InlineData("number 9999", "5,1,7,-;audit: type=1326 audit(1.2:3): pid=5 arch=c000003e syscall=9999 code=0x0", 5, 0L)]
    [InlineData("open", "5,1,7,-;audit: type=1326 audit(1.2:3): pid=5 arch=40000003 syscall=5 code=0x0", 5, 0L)]
    [InlineData(null, "5,1,7,-;audit: type=1400 audit(1.2:3): pid=5 arch=c000003e syscall=83", 5, 0L)]
    [InlineData(null, "5,1,7,-;audit: type=1326 audit(1.2:3): pid=5 arch=c000003e", 5, 0L)]
    [InlineData(null, "5,1;audit: type=1326 pid=5 syscall=83 arch=c000003e", 5, 0L)]
    [InlineData(null, "", 5, 0L)]
    public void The_kernel_says_which_call_it_killed_a_process_for(string? call, string record, int pid, long since) =>
        Assert.Equal(call, KernelLog.Parse(record, pid, since));
}
