using System.Text;
using Minirun.Engine.Attach;
using Xunit;

namespace Minirun.Engine.Tests.Attach;

public sealed class AttachTests
{
    [Fact]
    public void Who_is_let_in_is_welcome_when_what_he_may_read_is_right()
    {
        using var room = new AttachRoom();
        using AttachClient client = AttachClient.Connect(room.Socket);
        Assert.Equal(AttachReceived.Nothing, client.Receive(out _));
        Assert.False(client.AwaitWelcome(0));
        room.Settle();
        Assert.Equal(1, room.Knocks);
        Assert.Equal((AttachKind.Welcome, 0), Next(client) is var first ? (first.Kind, first.Data.Length) : default);
    }

    [Fact]
    public void Where_no_server_is_nobody_connects()
    {
        string path;
        using (var room = new AttachRoom()) path = room.Socket;
        Assert.Null(AttachClient.TryConnect(path));
        Assert.Throws<Linux.LinuxException>(() => AttachClient.Connect(path));
    }

    [Fact]
    public void Everybody_gets_what_the_container_writes_and_how_it_ended()
    {
        using var room = new AttachRoom();
        using AttachClient one = room.Enter(), other = room.Enter();
        room.Server.Say(AttachKind.Output, "out"u8);
        room.Server.Say(AttachKind.Error, "err"u8);
        room.Server.Say(new AttachEnd(300, TimeIsOver: true, NoMemory: false));
        foreach (AttachClient client in (AttachClient[])[one, other])
        {
            Assert.Equal((AttachKind.Output, "out"), Words(client));
            Assert.Equal((AttachKind.Error, "err"), Words(client));
            Assert.Equal(new AttachEnd(300, true, false), AttachClient.FindEnd(Next(client)));
            Assert.Equal(AttachReceived.Nothing, client.Receive(out _));
        }
    }

    [Fact]
    public void Who_reads_slowly_misses_nothing_and_holds_up_nobody_else()
    {
        const int messages = 200, length = 8192;
        using var room = new AttachRoom();
        using AttachClient slow = room.Enter(), quick = room.Enter();
        for (int i = 0; i < messages; i++)
        {
            room.Server.Say(AttachKind.Output, Numbered(i, length));
            room.Settle();
            Assert.Equal(Numbered(i, length), Next(quick).Data.ToArray());
        }
        Assert.True(room.Server.IsBehind);
        Assert.InRange(room.Server.Waiting, 1, messages * (length + 1));
        for (int i = 0; i < messages; i++)
        {
            Assert.Equal(Numbered(i, length), Next(slow).Data.ToArray());
            room.Settle();
        }
        Assert.False(room.Server.IsBehind);
    }

    [Fact]
    public async Task The_end_waits_for_who_reads_slowly()
    {
        const int messages = 200, length = 8192;
        using var room = new AttachRoom();
        using AttachClient slow = room.Enter(), gone = room.Enter();
        gone.Dispose();
        for (int i = 0; i < messages; i++) room.Server.Say(AttachKind.Output, Numbered(i, length));
        room.Server.Say(new AttachEnd(7, false, true));
        Task flushed = Task.Run(room.Server.Flush);
        Assert.False(flushed.IsCompleted);
        for (int i = 0; i < messages; i++)
        {
            Assert.True(Linux.Calls.Poller.Await(slow.Descriptor, Linux.poll.POLLIN, 30_000));
            Assert.Equal(Numbered(i, length), Next(slow).Data.ToArray());
        }
        await flushed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(new AttachEnd(7, false, true), AttachClient.FindEnd(Next(slow)));
        Assert.Equal(AttachReceived.Gone, slow.Receive(out _));
    }

    [Fact]
    public void What_is_typed_arrives_in_its_order_and_then_its_end()
    {
        using var room = new AttachRoom();
        using AttachClient client = room.Enter();
        Assert.Equal(AttachSent.Taken, client.SendInput("one "u8));
        Assert.Equal(AttachSent.Taken, client.SendInput("two"u8));
        Assert.Equal(AttachSent.Taken, client.SendEndOfInput());
        room.Settle();
        Assert.Equal("one two"u8.ToArray(), room.Container.Read());
        Assert.Null(room.Container.Read());
    }

    [Fact]
    public void The_container_is_abandoned_by_who_owns_it_and_goes_without_a_word()
    {
        using var room = new AttachRoom();
        room.Enter().Dispose();
        room.Settle();
        Assert.False(room.Server.IsAbandoned);
        using (AttachClient leaves = room.Enter())
        {
            leaves.Own();
            leaves.Leave(0);
        }
        room.Settle();
        Assert.False(room.Server.IsAbandoned);
        using (AttachClient owner = room.Enter()) owner.Own();
        room.Settle();
        Assert.True(room.Server.IsAbandoned);
    }

    [Fact]
    public void What_the_container_does_not_read_stays_with_who_typed_it()
    {
        using var room = new AttachRoom();
        using AttachClient client = room.Enter();
        byte[] typed = Numbered(1, AttachClient.MostInput);
        int sent = 0;
        for (; client.SendInput(typed) == AttachSent.Taken; sent++) room.Settle();
        Assert.Equal(AttachSent.Full, client.SendInput(typed));
        Assert.True(room.Server.HasInput);
        List<byte> read = [];
        for (byte[]? some; (some = room.Container.Read()) is { Length: > 0 }; room.Settle())
        {
            read.AddRange(some);
            room.Server.PassInput(room.Container);
        }
        Assert.Equal(Enumerable.Repeat(typed, sent).SelectMany(each => each), read);
        Assert.False(room.Server.HasInput);
        Assert.Equal(AttachSent.Taken, client.SendInput(typed));
    }

    [Fact]
    public void What_somebody_typed_before_he_went_is_the_containers()
    {
        using var room = new AttachRoom();
        using (AttachClient client = room.Enter())
        {
            // Something of ours that he has not read: the kernel says ECONNRESET first.
            room.Server.Say(AttachKind.Output, "unread"u8);
            for (int i = 0; i < 5; i++) client.SendInput(Encoding.ASCII.GetBytes($"{i} "));
        }
        room.Settle();
        Assert.Equal("0 1 2 3 4 "u8.ToArray(), room.Container.Read());
    }

    [Fact]
    public void The_terminal_has_the_size_of_who_is_attached_from_the_first_moment()
    {
        using var room = new AttachRoom();
        using AttachClient client = room.Enter();
        client.SendSize(24, 80);
        Assert.Null(room.Container.Size);
        room.Server.HandOver(room.Container);
        Assert.Equal((24, 80), room.Container.Size);
        client.SendSize(50, 300);
        room.Settle();
        Assert.Equal((50, 300), room.Container.Size);
    }

    [Fact]
    public void Who_sends_to_a_server_that_is_gone_is_told_so()
    {
        using var room = new AttachRoom();
        using AttachClient client = room.Enter();
        room.Server.Dispose();
        Assert.Equal(AttachSent.Gone, client.SendInput("x"u8));
        Assert.Equal(AttachReceived.Gone, client.Receive(out _));
    }

    [Fact]
    public void Nobody_new_comes_in_at_the_end_and_who_is_in_stays()
    {
        using var room = new AttachRoom();
        using AttachClient client = room.Enter();
        room.Server.Close();
        Assert.False(File.Exists(room.Socket));
        Assert.Null(AttachClient.TryConnect(room.Socket));
        room.Server.Say(AttachKind.Output, "last"u8);
        Assert.Equal((AttachKind.Output, "last"), Words(client));
    }

    private static AttachMessage Next(AttachClient client)
    {
        Assert.Equal(AttachReceived.Message, client.Receive(out AttachMessage message));
        return message;
    }

    private static (AttachKind Kind, string Text) Words(AttachClient client)
    {
        AttachMessage message = Next(client);
        return (message.Kind, Encoding.ASCII.GetString(message.Data.Span));
    }

    private static byte[] Numbered(int number, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)(number + i);
        return bytes;
    }
}
