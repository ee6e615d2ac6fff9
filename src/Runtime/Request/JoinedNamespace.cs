namespace Minirun.Runtime.Request;

/// <summary>A namespace that exists: CLONE_NEW* flag and where it is (setns(2)).</summary>
public sealed record JoinedNamespace(ulong Flag, string Path);
