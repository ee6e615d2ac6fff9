using Minirun.Linux;
using Minirun.Runtime.Security;
using Minirun.Runtime.Security.Seccomp;

namespace Minirun.Runtime.Request;

/// <summary>Which filter <c>minirun run</c> gives a container.</summary>
internal static class SeccompChoice
{
    /// <summary>Null: none.</summary>
    /// <exception cref="UserError">The file of --security-opt seccomp=FILE cannot be used.</exception>
    public static SeccompFilter? Choose(RunOptions options, Host host, ulong capabilities) => options.Seccomp switch
    {
        null when options.Privileged => null,
        "unconfined" => null,
        null or "builtin" => Default(capabilities),
        var file => ProfileFile.Load(host.FullPath(file), capabilities, host.Kernel),
    };

    /// <summary>Compiled when minirun was, for all sets of capabilities that make no difference to it.</summary>
    private static SeccompFilter Default(ulong capabilities)
    {
        const string name = "default profile";
        if ((capabilities & DefaultProfile.Matters) == (CapabilitySet.DefaultSet & DefaultProfile.Matters))
            return new SeccompFilter(DefaultProgram.Instructions.ToArray(), seccomp.SECCOMP_FILTER_FLAG_SPEC_ALLOW)
            {
                Name = name,
                Document = () => DefaultProfile.For(capabilities)
            };
        return SeccompCompiler.Compile(DefaultProfile.For(capabilities)) with { Name = name };
    }
}
