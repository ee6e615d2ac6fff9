using System.Runtime.CompilerServices;
using Minirun.Clients.Support;
using Minirun.Engine.Sockets;

namespace Minirun.Engine.Tests.Tls;

/// <summary>The built minirun-tls, for tests that run in a program of .NET's.</summary>
internal static class TlsProgram
{
    [ModuleInitializer]
    internal static void Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(directory.FullName + "/Runtime.sln")) TlsRelay.Program = directory.FullName + "/bin/minirun-tls";
    }

    public static string? Missing => File.Exists(TlsRelay.Program) ? null : "there is no bin/minirun-tls: ./build.sh build";

    public static void Require()
    {
        if (Missing is { } reason) throw new SkippedException(reason);
    }
}
