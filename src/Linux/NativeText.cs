namespace Minirun.Linux;

/// <summary>A text as libc takes it, for the length of one call: the bytes of <see cref="KernelText"/>, with a zero behind.</summary>
internal unsafe ref struct NativeText
{
    /// <summary>What the buffer on the caller's stack has; a longer text is allocated.</summary>
    public const int BufferSize = 256;

    private TextBytes.ManagedToUnmanagedIn _bytes;

    public NativeText(string text, Span<byte> buffer) => _bytes.FromManaged(text, buffer);

    public readonly byte* Bytes => _bytes.ToUnmanaged();

    public readonly void Dispose() => _bytes.Free();
}
