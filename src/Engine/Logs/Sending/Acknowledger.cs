namespace Minirun.Engine.Logs.Sending;

/// <summary>Reads what the other side sends.</summary>
/// <param name="first">The oldest record that waits for its acknowledgement.</param>
/// <param name="acknowledged">Whether it came.</param>
/// <returns>Bytes that are understood: 0 when more must come first.</returns>
internal delegate int Acknowledger(ReadOnlySpan<byte> received, ReadOnlySpan<byte> first, out bool acknowledged);
