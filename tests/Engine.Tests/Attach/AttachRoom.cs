using Minirun.Engine.Attach;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Tests.Attach;

/// <summary>A server as the monitor has it, with a container's input that is a pipe.</summary>
internal sealed class AttachRoom : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("minirun-attach-").FullName;
    private readonly Poller _poller = new();

    public AttachRoom()
    {
        Container = new Pipe();
        Server = new AttachServer(Socket, _poller, () => Knocks++);
    }

    public AttachServer Server { get; }
    public Pipe Container { get; }
    public string Socket => _path + "/attach.sock";

    /// <summary>How often something was done before somebody was welcome.</summary>
    public int Knocks { get; private set; }

    /// <summary>One who is in, and has been told so.</summary>
    public AttachClient Enter()
    {
        AttachClient client = AttachClient.Connect(Socket);
        Server.Accept();
        if (!client.AwaitWelcome(0)) throw new InvalidOperationException("nobody says welcome");
        return client;
    }

    /// <summary>The server's loop, until nothing is there to be done.</summary>
    public void Settle()
    {
        while (true)
        {
            Server.Prepare();
            if (!_poller.Wait(0)) return;
            Server.Work(Container);
        }
    }

    public void Dispose()
    {
        Server.Dispose();
        Container.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    /// <summary>A container's input.</summary>
    internal sealed class Pipe : IAttachTarget, IDisposable
    {
        private readonly (Fd Read, Fd Write) _ends = Fd.Pipe(fcntl.O_NONBLOCK);

        public bool HasInput => _ends.Write.IsOpen;
        public (int Rows, int Columns)? Size { get; private set; }

        public int? Type(ReadOnlySpan<byte> bytes)
        {
            int count = Io.Write(_ends.Write, bytes);
            return count >= 0 ? count : Io.IsEmpty ? null : bytes.Length;
        }

        public bool EndInput()
        {
            _ends.Write.Dispose();
            return true;
        }

        public void Resize(ushort rows, ushort columns) => Size = (rows, columns);

        /// <summary>What is there to be read now; null at the end.</summary>
        public byte[]? Read()
        {
            byte[] bytes = new byte[1 << 20];
            int count = Io.Read(_ends.Read, bytes);
            return count == 0 ? null : bytes[..Math.Max(0, count)];
        }

        public void Dispose()
        {
            _ends.Read.Dispose();
            _ends.Write.Dispose();
        }
    }
}
