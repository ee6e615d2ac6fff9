using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>Writes a child's id maps: itself, or with newuidmap(1) and newgidmap(1) when ranges of /etc/subuid are used.</summary>
internal static unsafe class IdMapWriter
{
    public static void Write(IdMapsStep maps, int pid)
    {
        if (maps.Tools is { } tools)
        {
            RunTool(tools.NewUidMap, pid, maps.Uids, "/etc/subuid");
            RunTool(tools.NewGidMap, pid, maps.Gids, "/etc/subgid");
            return;
        }
        // An unprivileged process may write a gid_map only after it gave setgroups(2) up (CVE-2014-8989).
        string directory = "/proc/" + pid.ToString();
        if (maps.DeniesSetgroups) ProcFile.Write(directory + "/setgroups", "deny");
        Write(pid, maps.Uids, maps.Gids);
    }

    public static void Write(int pid, List<OciIdMapping> uids, List<OciIdMapping> gids)
    {
        string directory = "/proc/" + pid.ToString();
        ProcFile.Write(directory + "/uid_map", IdMap.Format(uids));
        ProcFile.Write(directory + "/gid_map", IdMap.Format(gids));
    }

    private static void RunTool(string tool, int pid, List<OciIdMapping> maps, string file)
    {
        List<string> arguments = [Path.GetFileName(tool), pid.ToString()];
        foreach (OciIdMapping map in maps) arguments.AddRange([map.ContainerID.ToString(), map.HostID.ToString(), map.Size.ToString()]);
        using var script = new ScriptWriter();
        script.Add(0, SYS_execve, script.Text(tool), script.Array([.. arguments]), script.Array("PATH=/usr/bin:/bin"));
        (int child, int pidfd) = script.Clone(0, -1, PlanMode.Quiet);
        unistd.close(pidfd);
        int status = ExitStatus.Wait(child);
        if (status != 0)
            throw new UserError($"{tool} refused the id map (exit status {ExitStatus.Code(status)})",
                $"its reason is above; compare with {file}, or use --userns single");
    }
}
