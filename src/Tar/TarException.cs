namespace Minirun.Tar;

/// <summary>An archive is none, or says something that cannot be: a sentence about it.</summary>
public sealed class TarException(string problem) : Exception(problem);
