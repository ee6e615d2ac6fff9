// leak FIRST LAST DIRECTORY COMMAND...: executes it with DIRECTORY open as each of these descriptors.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int directory = open(argv[3], O_RDONLY | O_DIRECTORY), last = atoi(argv[2]);
    (void)argc;
    for (int fd = atoi(argv[1]); fd <= last; fd++)
        if (fd != directory) dup2(directory, fd);
    execvp(argv[4], argv + 4);
    perror(argv[4]);
    return 127;
}
