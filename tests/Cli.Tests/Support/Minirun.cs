namespace Minirun.Cli.Tests.Support;

/// <summary>The built minirun, from outside.</summary>
internal static class Minirun
{
    /// <summary>Runs it to its end. Fails, with all output, when that does not come before the deadline.</summary>
    public static Result Run(params string[] arguments) => Run(Support.Start.Plain, arguments);

    public static Result Run(Start how, params string[] arguments)
    {
        using RunningProgram program = Launch(how with { Input = how.Input ?? "" }, arguments);
        return program.Result();
    }

    /// <summary>Starts it, and leaves its stdin open.</summary>
    public static RunningProgram Start(params string[] arguments) => Launch(Support.Start.Plain, arguments);

    public static RunningProgram Start(Start how, params string[] arguments) => Launch(how, arguments);

    /// <summary>Runs another program of the machine to its end, under the same deadline.</summary>
    public static Result Other(string program, params string[] arguments) => Other(Support.Start.Plain, program, arguments);

    public static Result Other(Start how, string program, params string[] arguments)
    {
        using var running = new RunningProgram(how with { Input = how.Input ?? "" }, program, arguments);
        return running.Result();
    }

    private static RunningProgram Launch(Start how, string[] arguments) => new(how, Programs.Minirun, arguments);
}
