using Microsoft.Win32.SafeHandles;
using Minirun.Cli.CommandLine;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>cp</c>: files between the host and containers, or containers.</summary>
internal static class CpVerb
{
    private const string Archive = "-";

    public static MinirunVerb Verb() =>
        new("[CONTAINER:]SOURCE [CONTAINER:]TARGET", "copy files between containers and the host; - is a tar archive", [
        new("archive", 'a', null, "keep owners; otherwise files are yours, or root's in a container"),
        new("follow-link", 'L', null, "follow SOURCE if it is a symbolic link"),
        new("quiet", 'q', null, "accepted: no progress is shown anyway"),
    ], Execute)
        { Minimum = 2, Maximum = 2 };

    private static int Execute(VerbArguments words)
    {
        if (words.Words[0] == Archive || words.Words[1] == Archive) return Pass(words);
        var (source, from) = Place(words.Words[0]);
        using (source)
        {
            var (target, to) = Place(words.Words[1]);
            using (target)
            using (target.MakeFiles())
            {
                if (!source.IsContainers && !target.IsContainers)
                    throw new UserError($"cp: neither {words.Words[0]} nor {words.Words[1]} is in a container",
                        "a path in a container is written CONTAINER:PATH");
                using var copy = new TreeCopy(Rules(words, source, target));
                Copy(source, from, target, to, copy, words.Has("follow-link"));
            }
        }
        return 0;
    }

    /// <summary>With -a the same owners, in the target's numbers; else the one who copies, who is root in a container.</summary>
    /// <param name="words">The flags.</param>
    /// <param name="source">Null: an archive, whose owners are as the target's container sees them.</param>
    /// <param name="target">What is copied to.</param>
    private static CopyRules Rules(VerbArguments words, FileTree? source, FileTree target)
    {
        bool kernel = source is { IsContainers: false }, user = unistd.geteuid() != 0;
        if (words.Has("archive"))
            return new()
            {
                KernelFilesToo = kernel,
                DeviceMayFail = user,
                OwnerIsKept = true,
                Owner = (uid, gid) => source?.Ids.Inside(uid, gid) is { } seen
                    ? target.Ids.Outside(seen.Uid, seen.Gid)
                    : target.Ids.Outside(uid, gid)
            };
        return target.IsContainers
            ? new() { KernelFilesToo = kernel, DeviceMayFail = user, Owner = (_, _) => target.Ids.Outside(0, 0), OwnerMayFail = true }
            : new() { KernelFilesToo = kernel, DeviceMayFail = user };
    }

    /// <summary>`cp - CONTAINER:DIRECTORY` unpacks standard input there, `cp CONTAINER:PATH -` packs to standard output.</summary>
    private static int Pass(VerbArguments words)
    {
        bool packs = words.Words[1] == Archive;
        if (words.Words[0] == words.Words[1]) throw new UserError("cp: both are an archive", "one of them is CONTAINER:PATH");
        var (tree, path) = Place(words.Words[packs ? 0 : 1]);
        using (tree)
        {
            if (!tree.IsContainers)
                throw new UserError($"cp: {path}: no container's", "an archive is packed from, or unpacked into CONTAINER:PATH");
            if (packs && new Host().IsTerminal(1))
                throw new UserError("cp: an archive does not go to a terminal", "minirun cp CONTAINER:PATH - >FILE.tar");
            bool contents = path.EndsWith("/.", StringComparison.Ordinal);
            using Fd found = tree.Open(path, !packs || contents || path.EndsWith('/') || words.Has("follow-link"));
            if (!found.IsOpen) throw NotThere(tree, path);
            if (packs)
            {
                using var output = new BufferedStream(new Output.StandardStream(1));
                string name = contents ? "." : Path.GetFileName(path.TrimEnd('/'));
                new TreeArchive(tree.Ids, output).Add(found, name is "" or ".." ? "." : name);
                return 0;
            }
            if (!IsDirectory(found))
                throw new UserError($"no directory: {path}", "an archive is unpacked into a directory that is there");
            using IDisposable? maker = tree.MakeFiles();
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read);
            new TreeExtract(tree, path, Rules(words, null, tree)).Run(input);
            return 0;
        }
    }

    /// <summary>NAME:PATH is a container's, but a path that begins with / or . is ours whatever it has in it.</summary>
    private static (FileTree, string) Place(string word)
    {
        int colon = word.IndexOf(':');
        if (word.Length == 0) throw new UserError("cp: an empty path", "usage: minirun cp CONTAINER:PATH PATH");
        if (colon <= 0 || word[0] is '/' or '.') return (FileTree.Host(), word);
        string path = word[(colon + 1)..];
        if (path.Length == 0)
            throw new UserError($"cp: {word} has no path", $"write {word}/PATH, or {word}/ for the whole root file system");
        return (FileTree.Of(ContainerRepair.Find(ContainerStores.Own, word[..colon])), path.StartsWith('/') ? path : "/" + path);
    }

    /// <summary>As docker and cp -r: into a directory that is there, else as the new name; SOURCE/. is what is in it.</summary>
    private static void Copy(FileTree source, string from, FileTree target, string to, TreeCopy copy, bool follows)
    {
        bool contents = from.EndsWith("/.", StringComparison.Ordinal) || from == ".", slash = from.EndsWith('/');
        using Fd read = source.Open(from, follows || contents || slash);
        if (!read.IsOpen) throw NotThere(source, from);
        bool tree = IsDirectory(read);
        using Fd there = target.Open(to, follow: true);
        if (there.IsOpen && IsDirectory(there))
        {
            string last = contents ? "" : Path.GetFileName(from.TrimEnd('/'));
            using Fd into = Reopened(there);
            if (contents || last.Length == 0 || last == "..") copy.Contents(read, into);
            else copy.Copy(read, into, Name(last));
            return;
        }
        statx old = !there.IsOpen ? default : Entry.Status(there);
        if (Obstacle.Describe(old) is { } kind) throw Obstacle.Refuse(to, kind);
        if (there.IsOpen && tree)
            throw new UserError($"cannot copy a directory over a file: {to}", "name a directory, or a path that is not there");
        if (!there.IsOpen && !tree && to.EndsWith('/'))
            throw new UserError($"no such directory: {to}", "create it first, or drop the / at its end");
        if (there.IsOpen && IsRegular(read) && IsRegular(there) && IsLink(target, to))
        {
            copy.Overwrite(read, there);
            return;
        }
        string name = to.TrimEnd('/');
        int cut = name.LastIndexOf('/');
        using Fd parent = target.Open(cut < 0 ? "." : cut == 0 ? "/" : name[..cut], follow: true);
        if (!parent.IsOpen || !IsDirectory(parent))
            throw new UserError($"no such directory: {(cut < 0 ? "." : name[..cut])}", "it has to be there");
        using Fd open = Reopened(parent);
        copy.Copy(read, open, Name(name[(cut + 1)..]));
    }

    private static UserError NotThere(FileTree tree, string path)
    {
        string below = path.StartsWith('/') ? "" : $", below {CurrentDirectory.TryPath}";
        return new($"no such file or directory: {path}", tree.IsContainers
            ? "a container's paths begin at its root"
            : $"it is a path of the host's{below}; one of a container is CONTAINER:PATH");
    }

    private static byte[] Name(string name) => name is "" or "." or ".."
        ? throw new UserError($"cp: '{name}' is not a name for a copy", "give the new name at the end of the target")
        : KernelText.EncodeName(name);

    private static Fd Reopened(int fd) =>
        Fd.Check(fcntl.open(Entry.Link(fd), fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC), "open");

    private static bool IsDirectory(int fd) => Entry.IsDirectory(Entry.Status(fd));

    private static bool IsRegular(int fd) => (Entry.Status(fd).stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFREG;

    private static bool IsLink(FileTree tree, string path)
    {
        using Fd itself = tree.Open(path, follow: false);
        return itself.IsOpen && (Entry.Status(itself).stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFLNK;
    }
}
