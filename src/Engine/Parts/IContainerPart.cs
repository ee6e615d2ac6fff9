using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

/// <summary>
/// One thing that a running container holds outside of its own directory, or needs while it runs. Each start goes through all parts in the
/// order of <see cref="ContainerParts"/>; its end, repair and removal go back through the same list.
/// </summary>
internal interface IContainerPart
{
    /// <summary>As `minirun why` calls the step of a start in which it is prepared.</summary>
    string Name { get; }

    /// <summary>Whether there is something to prepare: a step of a start. Else it only connects, or is only released.</summary>
    bool HasStep => true;

    /// <summary>Before the container's first process is there; what an earlier start left was released.</summary>
    /// <exception cref="Runtime.UserError">The container cannot be started.</exception>
    void Prepare(ContainerStart start) { }

    /// <summary>The first process, <see cref="ContainerStart.Pid"/>, is there and waits to execute the command.</summary>
    /// <exception cref="Runtime.UserError">The container cannot be started.</exception>
    void Connect(ContainerStart start) { }

    /// <summary>After the end, whoever saw that. That there is nothing to release is no error.</summary>
    /// <param name="container">Whose.</param>
    /// <param name="start">The start that it was prepared for; null: its monitor is gone.</param>
    /// <returns>What could not be released; null: all could.</returns>
    string? Release(EngineContainer container, ContainerStart? start);
}
