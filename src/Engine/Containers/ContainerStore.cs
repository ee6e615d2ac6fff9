using System.Runtime.InteropServices;
using System.Text.Json;
using Minirun.Engine.Events;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Containers;

/// <summary>All containers of one root: a directory each, below their ids.</summary>
public sealed unsafe class ContainerStore(EnginePaths paths)
{
    private const string Unfinished = ".new-";

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
        int held = MakeHeld(temporary);
        string? name = null;
        try
        {
            name = TakeName(config);
            AtomicFile.Write(temporary + "/config.json", oci);
            AtomicFile.Write(temporary + "/container.json", JsonSerializer.SerializeToUtf8Bytes(config, EngineJson.Default.ContainerConfig));
            AtomicFile.Write(temporary + "/state.json", JsonSerializer.SerializeToUtf8Bytes(new ContainerState(), EngineJson.Default.ContainerState));
            LinuxException.Check(unistd.rename(temporary, final), "rename", final);
            var made = new EngineContainer(this, final, config);
            EngineEvents.Add(made, "create");
            return made;
        }
        catch
        {
            if (name is not null) unistd.unlink(name);
            Directory.Delete(temporary, recursive: true);
            throw;
        }
        finally
        {
            unistd.close(held);
        }
    }

    /// <summary>All of them, the youngest first. What a crash left is mended on the way.</summary>
    public List<EngineContainer> All()
    {
        List<EngineContainer> all = [];
        if (!Directory.Exists(Paths.Containers)) return all;
        RemoveUnfinished();
        foreach (string path in Directory.EnumerateDirectories(Paths.Containers))
            if (Path.GetFileName(path) is { } id && id[0] != '.' && Load(path) is { } container) all.Add(container);
        all.Sort((a, b) => string.CompareOrdinal(b.Config.Created, a.Config.Created));
        return all;
    }

    /// <summary>By name, id, or the beginning of one that no other has.</summary>
    /// <exception cref="UserError">None, or several.</exception>
    public EngineContainer Find(string reference)
    {
        if (reference.Length > 0 && !reference.Contains('/') && reference[0] != '.')
        {
            if (ProcFile.ReadLink($"{Paths.Names}/{reference}") is { } id && IsId(id) && Load($"{Paths.Containers}/{id}") is { } named) return named;
            if (IsHex(reference) && Directory.Exists(Paths.Containers))
            {
                string[] found = Directory.GetDirectories(Paths.Containers, reference + "*");
                if (found.Length > 1) throw new UserError($"{reference}: several containers have an id that begins so", "give more of it, or a name: minirun ps -a");
                if (found.Length == 1 && Load(found[0]) is { } container) return container;
            }
        }
        throw new UserError($"no such container: {reference}", "minirun ps -a lists them");
    }

    /// <summary>Gives a container another name.</summary>
    public void Rename(EngineContainer container, string name)
    {
        string old = $"{Paths.Names}/{container.Config.Name}", before = container.Config.Name;
        container.Config.Name = name;
        try
        {
            TakeName(container.Config);
        }
        catch
        {
            container.Config.Name = before;
            throw;
        }
        container.WriteConfig();
        unistd.unlink(old);
        EngineEvents.Add(container, "rename", "oldName", "/" + before);
    }

    /// <summary>Takes a container's directory and name away.</summary>
    internal void Forget(EngineContainer container)
    {
        // Out of sight in one step: what a crash leaves now is an unfinished one, which the next command removes.
        string away = $"{Paths.Containers}/{Unfinished}{container.Config.Id}";
        LinuxException.Check(unistd.rename(container.Directory, away), "rename", container.Directory);
        if (ProcFile.ReadLink($"{Paths.Names}/{container.Config.Name}") == container.Config.Id) unistd.unlink($"{Paths.Names}/{container.Config.Name}");
        Directory.Delete(away, recursive: true);
        EngineEvents.Add(container, "destroy");
    }

    private EngineContainer? Load(string path)
    {
        if (AtomicFile.Read(path + "/container.json") is not { } json) return null;
        try
        {
            return JsonSerializer.Deserialize(json, EngineJson.Default.ContainerConfig) is { } config ? new EngineContainer(this, path, config) : null;
        }
        catch (JsonException)
        {
            // One broken entry does not hide the others; `rm -f ID` removes it.
            return new EngineContainer(this, path, new ContainerConfig { Id = Path.GetFileName(path), Name = Path.GetFileName(path)[..12], Image = "(unreadable)" });
        }
    }

    private string TakeName(ContainerConfig config)
    {
        bool chosen = config.Name.Length > 0;
        for (int attempt = 0; ; attempt++)
        {
            if (!chosen) config.Name = ContainerNames.Random(attempt);
            ContainerNames.Check(config.Name);
            string link = $"{Paths.Names}/{config.Name}";
            if (unistd.symlink(config.Id, link) == 0) return link;
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EEXIST) throw new LinuxException("symlink", errno, link);
            // Left by a crash: nobody has that id, nor is about to.
            if (ProcFile.ReadLink(link) is { } id && !Directory.Exists($"{Paths.Containers}/{id}") && !Directory.Exists($"{Paths.Containers}/{Unfinished}{id}")) unistd.unlink(link);
            else if (chosen)
                throw new UserError($"conflict: the container name \"{config.Name}\" is already in use by container \"{ProcFile.ReadLink(link)}\"", $"minirun rm {config.Name} removes that one; minirun rename gives it another name");
        }
    }

    private void RemoveUnfinished()
    {
        foreach (string path in Directory.EnumerateDirectories(Paths.Containers, Unfinished + "*"))
        {
            int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (fd < 0) continue;
            if (sys_file.flock(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) == 0)
                try
                {
                    Directory.Delete(path, recursive: true);
                }
                catch (DirectoryNotFoundException)
                {
                    // Another was quicker.
                }
            unistd.close(fd);
        }
    }

    /// <summary>A new directory, locked. Before the lock another may take it for one that was left, and remove it: then it is made again.</summary>
    private static int MakeHeld(string directory)
    {
        while (true)
        {
            LinuxException.Check(sys_stat.mkdir(directory, 0x1c9 /* 0711 */), "mkdir", directory);
            int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (fd < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.ENOENT) throw new LinuxException("open", errno, directory);
                continue;
            }
            LinuxException.Check(sys_file.flock(fd, sys_file.LOCK_EX), "flock", directory);
            if (Directory.Exists(directory)) return fd;
            unistd.close(fd);
        }
    }

    private static bool IsHex(string text) => text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    private static bool IsId(string text) => text.Length == 64 && IsHex(text);
}
