using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Tests.Fuzz;

internal static class GoodStates
{
    public static readonly byte[][] All =
    [
        StateFile.Write(new() { Id = "a", Pid = 5, StartTime = 7, Bundle = "/b", Rootfs = "/r", Created = ContainerRecord.Now() }),
        StateFile.Write(new()
        {
            OciVersion = "1.2.0",
            Id = "full",
            Pid = 1234,
            StartTime = ulong.MaxValue,
            Bundle = "/srv/b",
            Rootfs = "/srv/r",
            Created = ContainerRecord.Now(),
            OwnerUid = 1000,
            SharesPidNamespace = true,
            Annotations = new() { ["a"] = "b", ["c"] = "" },
            Cgroup = new CgroupState
            {
                Paths = new() { [""] = "/sys/fs/cgroup/unified/x", ["memory"] = "/sys/fs/cgroup/memory/x" },
                Inodes = new() { [""] = 77, ["memory"] = 78 },
                Unit = "x.scope",
                UserBus = true,
                InUserNamespace = true
            },
            Resctrl = new ResctrlState { Group = "/sys/fs/resctrl/x", IsOwn = true, Monitor = "/sys/fs/resctrl/x/mon_groups/y" },
            Updates = new OciResources { Memory = new() { Limit = 5 }, Unified = new() { ["a.b"] = "c" } },
        }),
    ];
}
