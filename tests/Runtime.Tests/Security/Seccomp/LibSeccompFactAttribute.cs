using Xunit;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>Needs libseccomp, to compare with.</summary>
internal sealed class LibSeccompFactAttribute : FactAttribute
{
    public LibSeccompFactAttribute() => Skip = LibSeccomp.Missing;
}
