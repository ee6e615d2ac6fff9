using Minirun.Cli.Output;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>state ID</c>.</summary>
internal static class StateVerb
{
    public static OciVerb Verb() => new("ID", "print the state of a container as JSON", [], (globals, arguments) =>
    {
        Container container = Container.Load(new StateStore(globals.Root), arguments.Words[0]);
        // runc names the owner in its list only.
        TextOutput.Line(Json.Write(writer => StatePrinter.Write(writer, container, owner: "")));
        return 0;
    });
}
