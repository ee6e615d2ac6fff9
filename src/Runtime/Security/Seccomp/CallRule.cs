namespace Minirun.Runtime.Security.Seccomp;

/// <summary>A verdict on a system call, for when all the comparisons hold.</summary>
internal readonly record struct CallRule(uint Verdict, Comparison[] Comparisons);
