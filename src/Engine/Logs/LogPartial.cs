namespace Minirun.Engine.Logs;

/// <summary>Which piece of which long line. All pieces of a line have one id and the time of the first.</summary>
/// <param name="Id">64 hexadecimal digits.</param>
/// <param name="Ordinal">1 for the first piece.</param>
/// <param name="IsLast">A line feed followed this piece: never so at the end of a stream without one.</param>
public sealed record LogPartial(string Id, int Ordinal, bool IsLast);
