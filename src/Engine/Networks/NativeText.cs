using System.Runtime.InteropServices;

namespace Minirun.Engine.Networks;

/// <summary>Text as the kernel takes it.</summary>
internal readonly struct NativeText(string text) : IDisposable
{
    public nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(text);

    public void Dispose() => Marshal.FreeCoTaskMem(Pointer);
}
