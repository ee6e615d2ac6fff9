using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Minirun.Init;

namespace Minirun.Runtime.Plan;

/// <summary>Writes the part of a plan that fork-news carries out in the form it maps (<see cref="PlanFormat"/>).</summary>
public static class PlanEncoder
{
    /// <summary>The bytes of a plan. <paramref name="reportFd"/> is the child's end of the report socket.</summary>
    public static unsafe byte[] Encode(ContainerPlan plan, int reportFd, PlanMode mode)
    {
        int count = 0;
        foreach (Operation operation in plan.Operations)
            if (operation.Step == LaunchStep.None) count++;
        var blob = new Blob(sizeof(PlanHeader) + count * sizeof(PlanOp));
        int at = sizeof(PlanHeader);
        for (int index = 0; index < plan.Operations.Count; index++)
        {
            Operation operation = plan.Operations[index];
            if (operation.Step != LaunchStep.None) continue;
            PlanOp op = Encode(operation, index, blob);
            if (operation.Of is { } of) op.B = plan.IndexOf(of);
            blob.Write(at, ref op);
            at += sizeof(PlanOp);
        }
        var header = new PlanHeader
        {
            Magic = PlanHeader.Expected,
            Version = PlanHeader.CurrentVersion,
            Length = blob.Length,
            OpCount = count,
            OpsOffset = sizeof(PlanHeader),
            ReportFd = reportFd,
            Mode = mode,
        };
        blob.Write(0, ref header);
        return blob.ToArray();
    }

    private static PlanOp Encode(Operation operation, int index, Blob blob)
    {
        var op = new PlanOp
        {
            Code = operation.Code,
            Flags = operation.Flags,
            Index = index,
            A = operation.A,
            B = operation.B,
            C = operation.C,
            D = operation.D,
            E = operation.E,
            F = operation.F,
            Fd = operation.Source?.Fd ?? 0,
            S1 = blob.Add(operation.S2 is CommandLine { Bytes: { Length: > 0 } bytes } command ? Paths((string)operation.S1!, command.Words[0], bytes[0]) : operation.S1),
            S2 = blob.Add(operation.S2),
            S3 = blob.Add(operation.S3),
        };
        op.S5 = blob.Add(operation.S5);
        op.S4 = operation.S4 is EnvironmentSlot slot ? blob.OffsetIn(op.S3, slot) : blob.Add(operation.S4);
        return op;
    }

    /// <summary>The paths to execute, with the command as the bytes it was given in: they may be no UTF-8, and then the words are not the same.</summary>
    private static byte[] Paths(string candidates, string word, byte[] name)
    {
        List<byte> paths = [];
        foreach (string candidate in candidates.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            paths.AddRange(Encoding.UTF8.GetBytes(candidate[..^word.Length]));
            paths.AddRange(name);
            paths.Add(0);
        }
        paths.Add(0);
        return [.. paths];
    }

    private sealed class Blob(int start)
    {
        private byte[] _bytes = new byte[Math.Max(8192, start + 4096)];

        public int Length { get; private set; } = start;

        public byte[] ToArray() => _bytes[..Length];

        public void Write<T>(int at, ref T value) where T : unmanaged => MemoryMarshal.Write(_bytes.AsSpan(at), in value);

        public int Add(object? value) => value switch
        {
            null => 0,
            string text => AddString(text),
            byte[] bytes => AddBytes(bytes),
            string[] strings => AddArray(strings.Length, i => AddString(strings[i])),
            CommandLine { Bytes: { Length: > 0 } bytes } => AddArray(bytes.Length, i => AddZeroTerminated(bytes[i])),
            CommandLine command => Add(command.Words),
            _ => throw new InvalidOperationException($"a plan cannot hold a {value.GetType().Name}"),
        };

        /// <summary>Where a place inside one string of an array lies.</summary>
        public int OffsetIn(int array, EnvironmentSlot slot) =>
            (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(array + slot.Entry * sizeof(long))) + slot.Offset;

        private int AddString(string text)
        {
            int at = Reserve(Encoding.UTF8.GetByteCount(text) + 1);
            Encoding.UTF8.GetBytes(text, _bytes.AsSpan(at));
            return at;
        }

        private int AddZeroTerminated(byte[] bytes)
        {
            int at = Reserve(bytes.Length + 1);
            bytes.CopyTo(_bytes, at);
            return at;
        }

        private int AddBytes(byte[] bytes)
        {
            Align();
            int at = Reserve(bytes.Length);
            bytes.CopyTo(_bytes, at);
            return at;
        }

        // Offsets, which fork-news turns into pointers; a zero ends them, as argv has it.
        private int AddArray(int count, Func<int, int> add)
        {
            Align();
            int at = Reserve((count + 1) * sizeof(long));
            for (int i = 0; i < count; i++)
            {
                int text = add(i);   // first: adding may move the bytes
                BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(at + i * sizeof(long)), text);
            }
            return at;
        }

        private void Align() => Reserve(-Length & 7);

        private int Reserve(int size)
        {
            int at = Length;
            Length += size;
            if (Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length, _bytes.Length * 2));
            return at;
        }
    }
}
