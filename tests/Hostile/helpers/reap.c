// reap COMMAND...: executes it as the one that inherits all processes whose parents are gone.
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argc;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
