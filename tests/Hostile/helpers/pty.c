// pty COMMAND...: executes it on a terminal of its own, whose output goes to stdout, and exits as it does.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char buffer[4096];
    ssize_t length;
    int status, master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    (void)argc;
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) { perror("pty"); return 127; }
    pid_t pid = fork();
    if (pid == 0) {
        int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        // Errors stay readable: only what is a terminal's is one.
        for (int fd = 0; fd < 2; fd++) dup2(slave, fd);
        if (slave > 2) close(slave);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    while ((length = read(master, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, (size_t)length) < 0) break;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
