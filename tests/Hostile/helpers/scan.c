// scan, inside: for each process that is there, for as long as it is, tries to see its program and its descriptors, and to trace it. What
// is not of this root file system and can be seen is written to /tmp/robbed. /tmp/scanning: it has begun.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void robbed(int pid, const char *what, const char *more)
{
    FILE *log = fopen("/tmp/robbed", "a");
    fprintf(log, "process %d of the runtime: %s %s\n", pid, what, more);
    fclose(log);
}

static int one_of_ours(const struct stat *is)
{
    static const char *programs[] = { "/bin/busybox", "/hostile/scan" };
    struct stat own;
    for (int i = 0; i < 2; i++)
        if (stat(programs[i], &own) == 0 && own.st_ino == is->st_ino && own.st_dev == is->st_dev) return 1;
    return 0;
}

static void look(int pid)
{
    char path[64], target[4096];
    struct stat is;
    ssize_t length;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (stat(path, &is) != 0 || one_of_ours(&is)) return;
    length = readlink(path, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    robbed(pid, "its program is seen:", target);
    for (int fd = 3; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
        length = readlink(path, target, sizeof target - 1);
        if (length > 0) { target[length] = 0; robbed(pid, "has open:", target); }
    }
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) { robbed(pid, "is traced", ""); ptrace(PTRACE_DETACH, pid, 0, 0); }
    _exit(0); // one is enough, and what is traced goes on
}

int main(void)
{
    close(open("/tmp/scanning", O_WRONLY | O_CREAT, 0666));

    for (;;) {
        DIR *processes = opendir("/proc");
        struct dirent *entry;
        while (processes && (entry = readdir(processes))) {
            int pid = atoi(entry->d_name);
            if (pid > 1) look(pid);
        }
        closedir(processes);
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
    }
}
