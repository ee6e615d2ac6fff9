using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Minirun.Clients.Support;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Engine.Tests.Support;
using Xunit;

namespace Minirun.Engine.Tests.Logs.Docker;

/// <summary>The same bytes through a real dockerd and through our driver: the files differ in their times only.</summary>
public sealed class DockerOracleTests
{
    [SkippableFact]
    public void Files_are_as_dockerd_writes_them()
    {
        if (Environment.UserName != "root") throw new SkippedException("dockerd runs as root");
        string tree = (Environment.GetEnvironmentVariable("MINIRUN_ROOTFS") ?? Path.Combine(Root, "rootfs-samples")) + "/busybox";
        if (PeerProgram.Find("dockerd") is null) throw new SkippedException("dockerd is not here: apt-get install docker.io");
        if (!Directory.Exists(tree)) throw new SkippedException("no sample root file system: ./build.sh rootfs busybox");
        using var directory = new LogDirectory();
        File.WriteAllBytes(directory.Path + "/payload", Payload());
        Dockerd(directory.Path, tree);
        Compare(directory, "plain", "max-size=-1");
        Compare(directory, "attributes", "max-size=-1", "labels=com.example.a,b-c", "env=VAR,Q", "tag={{.ImageName}} {{.Name}}");
        Compare(directory, "rotated", "max-size=20k", "max-file=3");
    }

    /// <summary>Every byte, every kind of broken UTF-8, and lines around the longest.</summary>
    private static byte[] Payload()
    {
        var payload = new MemoryStream();
        payload.Write("hello\n\n"u8);
        for (int value = 0; value < 256; value++)
            if (value != '\n') payload.WriteByte((byte)value);
        payload.Write("\n<a href=\"x\">&amp;\\</a> \u2028\u2029 é 😀 \ufffd \n\ttab\r\n  spaces  \n"u8);
        foreach (byte[] broken in (byte[][])[[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
            [0xf8, 0x88, 0x80, 0x80, 0x80]])
        {
            payload.Write(broken);
            payload.Write(" |\n"u8);
        }
        foreach (int length in (int[])[16382, 16383, 16384, 16385, 32768, 50000])
            payload.Write(Encoding.ASCII.GetBytes(new string('a', length) + "\n"));
        payload.Write(Encoding.UTF8.GetBytes("x" + new string('é', 9000) + "\n"));
        var random = new Random(20);
        byte[] noise = new byte[100_000];
        random.NextBytes(noise);
        payload.Write(noise);
        payload.Write("\npartial"u8);
        return payload.ToArray();
    }

    private static void Dockerd(string directory, string tree)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Logs/Docker/dockerd.sh");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/unshare",
            ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/bash", script, directory, tree]) {
                RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    private static void Compare(LogDirectory directory, string name, params string[] options)
    {
        string ours = Path.Combine(directory.Path, "ours", name);
        Directory.CreateDirectory(ours);
        var log =
            new ContainerLog(LogDirectory.Config("json-file", options), directory.Context with { Name = name, LogPath = ours + "/x" });
        log.Feed(LogSource.Stdout, File.ReadAllBytes(directory.Path + "/payload"));
        log.Close();
        string[] expected = Texts(Path.Combine(directory.Path, "out", name)), actual = Texts(ours);
        Assert.Equal(expected.Length, actual.Length);
        if (expected.Length > 1)
        {
            // A time may be a digit shorter, and a file then end a record later.
            string longer = string.Concat(expected), shorter = string.Concat(actual);
            if (longer.Length < shorter.Length) (longer, shorter) = (shorter, longer);
            Assert.EndsWith(shorter, longer);
            Assert.InRange(longer.Length - shorter.Length, 0, 2 * 17_000);
            return;
        }
        for (int file = 0; file < expected.Length; file++) Assert.Equal(expected[file], actual[file]);
    }

    /// <summary>The files in the order of their numbers.</summary>
    private static string[] Texts(string directory) =>
        [
            .. Directory.GetFiles(directory).OrderByDescending(file => file, StringComparer.Ordinal)
                .Select(file => Regex.Replace(File.ReadAllText(file, Encoding.Latin1), "\"time\":\"20[0-9T:.-]+Z\"", "\"time\":\"T\""))];

    private static string Root
    {
        get
        {
            string directory = AppContext.BaseDirectory;
            while (!Directory.Exists(directory + "/rootfs-samples"))
                directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("not in the checkout");
            return directory;
        }
    }
}
