namespace Minirun.Linux;

/// <summary>Constants of &lt;linux/landlock.h&gt;: landlock_create_ruleset(2).</summary>
public static class landlock
{
    public const int LANDLOCK_CREATE_RULESET_VERSION = 1;
}
