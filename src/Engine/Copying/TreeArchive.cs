using System.Formats.Tar;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Minirun.Linux;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>Writes files as a tar archive (pax), from open directory to open directory, as <see cref="TreeCopy"/> does.</summary>
/// <param name="ids">How the container sees owners.</param>
/// <param name="output">Stays open.</param>
public sealed class TreeArchive(IdView ids, Stream output) : IDisposable
{
    private readonly TarWriter _tar = new(output, TarEntryFormat.Pax, leaveOpen: true);

    private int _depth;

    /// <summary>Files with several names: the one that is in the archive.</summary>
    private readonly Dictionary<(uint, uint, ulong), string> _links = [];

    /// <summary>The file of an O_PATH descriptor, as <paramref name="name"/>, and what is below it.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public void Add(int source, string name)
    {
        statx status = Entry.Status(source);
        var id = (status.stx_dev_major, status.stx_dev_minor, status.stx_ino);
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFSOCK:
                return;   // as tar
            case S_IFDIR:
                Write(TarEntryType.Directory, name + "/", status);
                Contents(source, name);
                return;
            case S_IFLNK:
                Write(TarEntryType.SymbolicLink, name, status, entry => entry.LinkName = Encoding.UTF8.GetString(Entry.Target(source).AsSpan()[..^1]));
                return;
        }
        if (status.stx_nlink > 1 && !_links.TryAdd(id, name))
        {
            Write(TarEntryType.HardLink, name, status, entry => entry.LinkName = _links[id]);
            return;
        }
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFREG:
                using (var data = new FileStream(new SafeFileHandle(Entry.Reopen(source, O_RDONLY), ownsHandle: true), FileAccess.Read))
                    Write(TarEntryType.RegularFile, name, status, entry => entry.DataStream = new Fixed(data, (long)status.stx_size));
                return;
            case S_IFIFO:
                Write(TarEntryType.Fifo, name, status);
                return;
            default:
                Write((status.stx_mode & S_IFMT) == S_IFCHR ? TarEntryType.CharacterDevice : TarEntryType.BlockDevice, name, status, entry =>
                {
                    entry.DeviceMajor = (int)status.stx_rdev_major;
                    entry.DeviceMinor = (int)status.stx_rdev_minor;
                });
                return;
        }
    }

    public void Dispose() => _tar.Dispose();

    private void Contents(int source, string name)
    {
        if (++_depth > TreeCopy.Deepest) throw new UserError($"directories are nested more than {TreeCopy.Deepest} deep", "pack a part of them");
        Entry.Each(source, (entry, each) => Add(entry, $"{name}/{Entry.Text(each)}"));
        _depth--;
    }

    private void Write(TarEntryType type, string name, statx status, Action<PaxTarEntry>? complete = null)
    {
        var (uid, gid) = ids.Inside(status.stx_uid, status.stx_gid);
        var entry = new PaxTarEntry(type, name)
        {
            Mode = (UnixFileMode)(status.stx_mode & 0xFFF),
            Uid = (int)uid,
            Gid = (int)gid,
            ModificationTime = DateTimeOffset.FromUnixTimeSeconds(status.stx_mtime.tv_sec).AddTicks(status.stx_mtime.tv_nsec / 100),
        };
        complete?.Invoke(entry);
        _tar.WriteEntry(entry);
    }

    /// <summary>A file of the size that it had: one that is written to meanwhile is cut, or filled up with zeros.</summary>
    private sealed class Fixed(Stream file, long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, length - _at)];
            int read = file.Read(buffer);
            if (read == 0)
            {
                buffer.Clear();
                read = buffer.Length;
            }
            _at += read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
