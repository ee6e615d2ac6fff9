using System.Runtime.InteropServices;
using System.Text.Json;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Records;

/// <summary>All containers of one root: a directory each, below their ids.</summary>
public sealed class ContainerStore(EnginePaths paths)
{
    /// <summary>What the directory of a container is called until it is whole.</summary>
    public const string Unfinished = ".new-";

    public EnginePaths Paths { get; } = paths;

    /// <summary>Makes a container: all of its files, then its name, then, in one step, itself.</summary>
    /// <param name="config">Its id and name are chosen when they are empty.</param>
    /// <param name="oci">The OCI configuration.</param>
    /// <exception cref="UserError">The name is taken.</exception>
    public EngineContainer Create(ContainerConfig config, ReadOnlySpan<byte> oci)
    {
        Paths.Make();
        RemoveUnfinished();
        if (config.Id.Length == 0) config.Id = RandomId.New();
        string temporary = $"{Paths.Containers}/{Unfinished}{config.Id}", final = $"{Paths.Containers}/{config.Id}";
        using FileLock held = FileLock.NewDirectory(temporary, 0x1c9 /* 0711 */);
        string? name = null;
        try
        {
            name = TakeName(config);
            AtomicFile.Write(temporary + "/config.json", oci);
            AtomicFile.Write(temporary + "/container.json", ContainerJson.Write(config));
            AtomicFile.Write(temporary + "/state.json", ContainerJson.Write(new ContainerState()));
            LinuxException.Check(unistd.rename(temporary, final), "rename", final);
            return new EngineContainer(Paths, final, config);
        }
        catch
        {
            if (name is not null) unistd.unlink(name);
            TreeRemoval.Remove(temporary);
            throw;
        }
    }

    /// <summary>All of them, the youngest first.</summary>
    public List<EngineContainer> All()
    {
        List<EngineContainer> all = [];
        if (!Directory.Exists(Paths.Containers)) return all;
        foreach (string path in Directory.EnumerateDirectories(Paths.Containers))
            if (IsId(Path.GetFileName(path)) && Load(path) is { } container) all.Add(container);
        all.Sort((a, b) => string.CompareOrdinal(b.Config.Created, a.Config.Created));
        return all;
    }

    /// <summary>
    /// Takes away what a command that was killed has left: containers that were not whole yet, and names of a container that has another,
    /// or is no more.
    /// </summary>
    /// <param name="all">What <see cref="All"/> gave.</param>
    internal void Sweep(List<EngineContainer> all)
    {
        RemoveUnfinished();
        if (!Directory.Exists(Paths.Names)) return;
        HashSet<string> known = [];
        foreach (EngineContainer container in all) known.Add(container.Config.Name);
        foreach (string link in Directory.EnumerateFileSystemEntries(Paths.Names))
            if (!known.Contains(Path.GetFileName(link))) Drop(link);
    }

    /// <summary>By name, id, or the beginning of one that no other has.</summary>
    /// <exception cref="UserError">None, or several.</exception>
    public EngineContainer Find(string reference)
    {
        if (reference.Length > 0 && !reference.Contains('/') && reference[0] != '.')
        {
            if (ProcFile.ReadLink($"{Paths.Names}/{reference}") is { } id && IsId(id) && Load($"{Paths.Containers}/{id}") is { } named
                && named.Config.Name == reference)
                return named;
            if (IsHex(reference) && Directory.Exists(Paths.Containers))
            {
                string[] found = Directory.GetDirectories(Paths.Containers, reference + "*");
                if (found.Length > 1)
                    throw new UserError($"{reference}: several containers have an id that begins so",
                        "give more of it, or a name: minirun ps -a");
                if (found.Length == 1 && Load(found[0]) is { } container) return container;
            }
            if (HeldName.IsHeld(Paths, reference)) throw HeldName.HasNoMonitor(reference);
        }
        throw new UserError($"no such container: {reference}", "minirun ps -a lists them") { IsMissing = true };
    }

    /// <summary>Gives a container another name.</summary>
    public void Rename(EngineContainer container, string name)
    {
        string old = $"{Paths.Names}/{container.Config.Name}", before = container.Config.Name;
        container.Config.Name = name;
        string? link = null;
        try
        {
            link = TakeName(container.Config);
            container.WriteConfig();
        }
        catch
        {
            if (link is not null) unistd.unlink(link);
            container.Config.Name = before;
            throw;
        }
        unistd.unlink(old);
    }

    /// <summary>Takes a container's directory and name away.</summary>
    internal void Forget(EngineContainer container)
    {
        // Out of sight in one step: what a crash leaves now is an unfinished one, which the next command removes.
        string away = $"{Paths.Containers}/{Unfinished}{container.Config.Id}";
        LinuxException.Check(unistd.rename(container.Directory, away), "rename", container.Directory);
        if (ProcFile.ReadLink($"{Paths.Names}/{container.Config.Name}") == container.Config.Id)
            unistd.unlink($"{Paths.Names}/{container.Config.Name}");
        TreeRemoval.Remove(away);
    }

    /// <summary>Null when it is none of ours (any more).</summary>
    private EngineContainer? Load(string path)
    {
        string id = Path.GetFileName(path);
        if (Read(path, id) is { } config) return new EngineContainer(Paths, path, config);
        if (!IsId(id) || !Directory.Exists(path)) return null;
        // One broken entry does not hide the others; its monitor knows what it was, and `rm -f` removes it.
        return new EngineContainer(Paths, path,
            new ContainerConfig { Id = id, Name = NameOf(id), Image = "(unreadable)" })
        { IsBroken = true };
    }

    /// <summary>The same container, read anew.</summary>
    internal EngineContainer Reload(EngineContainer container) => Load(container.Directory) ?? container;

    /// <summary>Null when it cannot be read. Files are removed by the id: a wrong one would be another's.</summary>
    private static ContainerConfig? Read(string path, string id)
    {
        try
        {
            ContainerConfig? config = Document.Read(path + "/container.json", EngineJson.Default.ContainerConfig);
            return config?.Id == id && ContainerNames.IsName(config.Name) ? config : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of one that cannot say it itself: a link says so, too.</summary>
    private string NameOf(string id)
    {
        if (Directory.Exists(Paths.Names))
            foreach (string link in Directory.EnumerateFileSystemEntries(Paths.Names))
                if (ProcFile.ReadLink(link) == id) return Path.GetFileName(link);
        return id[..12];
    }

    private string TakeName(ContainerConfig config)
    {
        bool chosen = config.Name.Length > 0;
        for (int attempt = 0; ; attempt++)
        {
            if (!chosen) config.Name = ContainerNames.Random(attempt);
            ContainerNames.Check(config.Name);
            string link = $"{Paths.Names}/{config.Name}";
            if (unistd.symlink(config.Id, link) == 0)
            {
                if (!HeldName.IsHeld(Paths, config.Name)) return link;
                unistd.unlink(link);
                if (chosen) throw HeldName.InUse(config.Name);
                continue;
            }
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EEXIST) throw new LinuxException("symlink", errno, link);
            if (chosen) CheckFree(config.Name);
        }
    }

    /// <summary>A name that a crash has left is taken away on the way.</summary>
    /// <exception cref="UserError">A container has the name, or is about to.</exception>
    internal void CheckFree(string name)
    {
        string link = $"{Paths.Names}/{name}";
        if (ProcFile.ReadLink(link) is { } id && !Drop(link))
            throw new UserError($"conflict: the container name \"{name}\" is already in use by container \"{id}\"",
                $"minirun rm {(Load($"{Paths.Containers}/{id}") is { IsRunning: true } ? $"-f {name} ends and "
                    + $"removes" : $"{name} removes")} that one"
                + "; minirun rename gives it another name");
    }

    /// <summary>Takes a name away that a crash has left; false when a container has it, or is about to.</summary>
    private bool Drop(string link)
    {
        // Two who find it at once: the second would take away what the first has made in its place.
        using FileLock held = FileLock.OnDirectory(Paths.Names, "the list of names");
        return DropHeld(link);
    }

    private bool DropHeld(string link)
    {
        if (ProcFile.ReadLink(link) is not { } id) return true;
        // In this order: from being made to being there is one step.
        if (Directory.Exists($"{Paths.Containers}/{Unfinished}{id}")) return false;
        // A container that another name goes with is about to get this one, or was when its command was killed.
        if (Load($"{Paths.Containers}/{id}") is { } other && (other.Config.Name == Path.GetFileName(link) || other.IsBusy())) return false;
        unistd.unlink(link);
        return true;
    }

    private void RemoveUnfinished() => FileLock.RemoveLeft(Paths.Containers, Unfinished + "*");

    private static bool IsHex(string text) => text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    private static bool IsId(string text) => text.Length == 64 && IsHex(text);
}
