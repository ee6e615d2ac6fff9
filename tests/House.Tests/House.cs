namespace Minirun.House.Tests;

/// <summary>The house as it is to be: docs/architecture.md tells why.</summary>
internal static class House
{
    public static IReadOnlyList<Room> Rooms { get; } =
    [
        new("Linux", [], ["Headers", "Calls"]),
        new("Plan", [], []),
        new("Init", ["Linux", "Plan"], []),
        new("Runtime", ["Linux", "Plan"],
        [
            "Spec Scripts",
            "Namespaces Mounts Security Resctrl",
            "Cgroups",
            "Bundles",
            "State",
            "Request",
            "Plan",
            "Launch",
            "Lifecycle",
            "Doctor",
        ]),
        new("Tar", ["Linux"], []),
        new("Engine", ["Linux", "Runtime", "Tar"],
        [
            "Sockets",
            "Records",
            "Events",
            "Attach Copying Logs Networks Execution",
            "Volumes Why",
            "Health",
            "Parts",
            "Life",
            "Monitor",
        ]),
        new("Cli", ["Linux", "Plan", "Init", "Runtime", "Engine"],
        [
            "Output",
            "CommandLine",
            "ContainerFiles",
            "Verbs Oci",
            "Tree",
            "Program.cs",
        ]),
        new("Tls", ["Linux"], []),
    ];
}
