using Minirun.Runtime.State;
using Xunit;

namespace Minirun.Runtime.Tests.State;

public sealed class StateStoreTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "state-" + Guid.NewGuid().ToString("n"));

    [Fact]
    public void What_is_written_is_read()
    {
        var store = new StateStore(_root);
        using ContainerDirectory directory = store.Create("a");
        Assert.Null(directory.Read());
        directory.Write(new ContainerRecord { Id = "a", Pid = 7, StartTime = ulong.MaxValue, Annotations = new() { ["k"] = "ä" } });
        ContainerRecord read = store.Open("a").Read()!;
        Assert.Equal((7, ulong.MaxValue, "ä"), (read.Pid, read.StartTime, read.Annotations!["k"]));
        Assert.Equal(["a"], store.Ids());
    }

    [Fact]
    public void A_lock_is_held_against_others_until_it_is_given_back()
    {
        var store = new StateStore(_root);
        using ContainerDirectory mine = store.Create("a");
        using ContainerDirectory other = store.Open("a");
        Assert.True(other.IsBeingChanged());
        Assert.False(other.TryLock(0));
        mine.Unlock();
        AssertSoon(() => !other.IsBeingChanged());
        Assert.True(other.TryLock(20_000));
    }

    [Fact]
    public async Task Who_waits_for_a_container_that_is_deleted_hears_so()
    {
        var store = new StateStore(_root);
        ContainerDirectory mine = store.Create("a");
        using ContainerDirectory other = store.Open("a");
        Task waits = Task.Run(() => other.TryLock(20_000));
        mine.Delete();
        UserError error = await Assert.ThrowsAsync<UserError>(() => waits);
        Assert.Equal("container does not exist", error.Message);
    }

    [Fact]
    public void A_lock_on_a_directory_that_was_made_anew_is_no_lock()
    {
        var store = new StateStore(_root);
        using ContainerDirectory old = store.Create("a");
        old.Delete();
        using ContainerDirectory anew = store.Create("a");
        Assert.Equal("a", anew.Id);
        Assert.False(store.Open("a").TryLock(0));
    }

    [Fact]
    public void A_directory_that_a_link_leads_to_is_no_container()
    {
        var store = new StateStore(_root);
        store.Create("a").Dispose();
        Directory.CreateSymbolicLink(Path.Combine(_root, "b"), Path.Combine(_root, "a"));
        Assert.Null(store.Find("b"));
    }

    [Fact]
    public void The_first_process_waits_as_long_as_it_holds_its_lock()
    {
        using ContainerDirectory directory = new StateStore(_root).Create("a");
        Assert.False(directory.InitWaits());
        int held = directory.HoldInitLock();
        Assert.True(directory.InitWaits());
        Linux.unistd.close(held);
        AssertSoon(() => !directory.InitWaits());
    }

    // Soon, not at once: a process that a test beside this one has just cloned has the descriptors of ours, locks and all, until it
    // executes its program.
    private static void AssertSoon(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }
}
