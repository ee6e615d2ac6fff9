// typing, inside: tries to put characters into the input of the terminal it was started on.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    static const struct { const char *name; unsigned long request; } ways[] = {
        { "TIOCSTI", 0x5412 }, { "TIOCSTI + 1<<32", 0x100005412 }, { "TIOCSTI + 3<<61", 0x6000000000005412 },
        { "TIOCLINUX", 0x541c }, { "TIOCLINUX + 1<<32", 0x10000541c } };
    for (int fd = 0; fd < 3; fd++)
        for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
            char what[] = "\n\n";
            if (ways[i].request % 0x100000000 == 0x541c) what[0] = 3; // paste the selection
            if (isatty(fd) && syscall(SYS_ioctl, fd, ways[i].request, what) == 0) printf("typed by descriptor %d: %s\n", fd, ways[i].name);
        }
    puts("done");
    return 0;
}
