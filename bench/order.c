/* order SYMBOLS LIST PROGRAM [ARG...]: appends to LIST the functions that PROGRAM executes, in the order in which it first does,
 * one a line. SYMBOLS has lines "address name", sorted by address. For bench/order.sh: the program is executed step by step
 * (ptrace(2)), its first thread alone. */
#define _GNU_SOURCE
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function {
    unsigned long address;
    char *name;
    int seen;
};

static struct function *functions;
static int count;

static void read_symbols(const char *path)
{
    static char name[16384];
    unsigned long address;
    int room = 0;
    FILE *file = fopen(path, "r");
    if (!file) { perror(path); exit(1); }
    while (fscanf(file, "%lx %16383s", &address, name) == 2) {
        if (count == room) functions = realloc(functions, (room = room ? 2 * room : 4096) * sizeof(*functions));
        functions[count++] = (struct function){ address, strdup(name), 0 };
    }
    fclose(file);
}

/* The last one that begins at or before the address; -1: none does. */
static int find(unsigned long address)
{
    int low = 0, high = count - 1, found = -1;
    while (low <= high) {
        int middle = (low + high) / 2;
        if (functions[middle].address <= address) { found = middle; low = middle + 1; }
        else high = middle - 1;
    }
    return found;
}

int main(int argc, char **argv)
{
    int status, signal = 0;
    if (argc < 4) { fprintf(stderr, "usage: order SYMBOLS LIST PROGRAM [ARG...]\n"); return 2; }
    read_symbols(argv[1]);
    FILE *list = fopen(argv[2], "ae");
    if (!list) { perror(argv[2]); return 1; }
    /* Both on one processor: a step is two changes from one to the other. */
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof(here), &here);
    pid_t pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(argv[3], argv + 3);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL);
    for (;;) {
        if (ptrace(PTRACE_SINGLESTEP, pid, 0, signal) < 0 || waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status)) break;
        signal = WSTOPSIG(status) == 5 /* SIGTRAP */ ? 0 : WSTOPSIG(status);
        int function = find(ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), 0));
        if (function < 0 || functions[function].seen++) continue;
        fprintf(list, "%s\n", functions[function].name);
    }
    fclose(list);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
