using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Clients.Containerd.Cri;

/// <summary>A pod as the kubelet makes it, on the node's network. On Dispose its containers and it are stopped and removed.</summary>
internal sealed class Pod : IDisposable
{
    private const int Exited = 2, Node = 2;
    private readonly RuntimeService _service;
    private readonly Message _sandbox;
    private readonly List<string> _containers = [];
    private readonly int _pidMode;
    private readonly string _logs;

    /// <param name="sharesPids">One pid namespace for all containers of the pod, instead of one for each.</param>
    public Pod(ContainerdClient client, bool sharesPids = false)
    {
        _service = new RuntimeService(client.Realm.Outside(client.Socket));
        _pidMode = sharesPids ? 0 : 1;
        _logs = client.Realm.Directory + "/volumes";
        string name = $"p{Guid.NewGuid():n}"[..10];
        _sandbox = new Message()
            .Add(1, new Message().Add(1, name).Add(2, name + "-uid").Add(3, "tests"))
            .Add(3, _logs)
            .Add(8, new Message().Add(2, new Message().Add(1, Namespaces)));
        Id = _service.Call("RunPodSandbox", new Message().Add(1, _sandbox)).Text(1);
    }

    public string Id { get; }

    /// <summary>Whether the pod itself is ready.</summary>
    public bool IsReady => _service.Call("PodSandboxStatus", new Message().Add(1, Id)).In(1).Number(3) == 0;

    /// <summary>A container that has not been started yet.</summary>
    public string Create(string[] command, Message? resources = null, Message? security = null)
    {
        string name = $"c{_containers.Count}";
        Message config = new Message()
            .Add(1, new Message().Add(1, name))
            .Add(2, new Message().Add(1, ContainerdClient.ImageName))
            .Add(3, command)
            .Add(11, $"{Id}-{name}.log")
            .Add(15, new Message()
                .Add(1, resources ?? new Message())
                .Add(2, (security ?? new Message()).Add(3, Namespaces)));
        string id = _service.Call("CreateContainer", new Message().Add(1, Id).Add(2, config).Add(3, _sandbox)).Text(1);
        _containers.Add(id);
        return id;
    }

    public string Start(string[] command, Message? resources = null, Message? security = null)
    {
        string id = Create(command, resources, security);
        Start(id);
        return id;
    }

    public void Start(string id) => _service.Call("StartContainer", new Message().Add(1, id));

    /// <summary>Output, errors, exit code.</summary>
    public (string Out, string Error, int Code) Exec(string id, string[] command, int timeout = 0)
    {
        Answer answer = _service.Call("ExecSync", new Message().Add(1, id).Add(2, command).Add(3, timeout));
        return (answer.Text(1), answer.Text(2), (int)answer.Number(3));
    }

    public Answer Status(string id) => _service.Call("ContainerStatus", new Message().Add(1, id)).In(1);

    /// <summary>Its exit code and the reason, once it has ended.</summary>
    public (int Code, string Reason) AwaitEnd(string id)
    {
        Answer status = Status(id);
        Assert.True(Deadline.Wait(() => (status = Status(id)).Number(3) == Exited), $"the container is still in state {status.Number(3)}");
        return ((int)status.Number(7), status.Text(10));
    }

    public void Update(string id, Message resources) =>
        _service.Call("UpdateContainerResources", new Message().Add(1, id).Add(2, resources));

    public void Stop(string id, int timeout) => _service.Call("StopContainer", new Message().Add(1, id).Add(2, timeout));

    public void Remove(string id)
    {
        _service.Call("RemoveContainer", new Message().Add(1, id));
        _containers.Remove(id);
    }

    public void Stop() => _service.Call("StopPodSandbox", new Message().Add(1, Id));

    public void Dispose()
    {
        Stop();
        foreach (string id in _containers.ToArray()) Remove(id);
        _service.Call("RemovePodSandbox", new Message().Add(1, Id));
        _service.Dispose();
    }

    /// <summary>Where the words of the container made as number so-and-so are.</summary>
    public string Log(int number) => $"{_logs}/{Id}-c{number}.log";

    private Message Namespaces => new Message().Add(1, Node).Add(2, _pidMode);
}
