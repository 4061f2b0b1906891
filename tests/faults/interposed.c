/* Lets reads of standard input and writes to standard output fail, for any program.
 *
 * FAULTS is `CALL:NUMBER:ERROR`: the call so many, read or write, fails with an error number,
 * or is cut short where that is 0. Or it is `all`: of four calls one is interrupted, one would
 * block, one is cut short, one succeeds. Each fault adds a byte to the file FAULTS_MET.
 * A descriptor is standard output's if it is of the same file: a pipe may be opened again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NONE = -1, SHORT = 0 };

typedef ssize_t (*read_type)(int, void *, size_t);
typedef ssize_t (*write_type)(int, const void *, size_t);

static const size_t MOST_READ = 16;

static int is_same_file(int one, int other)
{
    struct stat first, second;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static void note(void)
{
    write_type write_on = (write_type)dlsym(RTLD_NEXT, "write");
    int file = open(getenv("FAULTS_MET"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (file >= 0) {
        write_on(file, "x", 1);
        close(file);
    }
}

static int fault(const char *call, int number)
{
    const char *faults = getenv("FAULTS");
    char chosen[8];
    int chosen_number, error;
    if (faults == NULL)
        return NONE;
    if (strcmp(faults, "all") == 0) {
        const int errors[] = {EINTR, EAGAIN, SHORT, NONE};
        return errors[number % 4];
    }
    if (sscanf(faults, "%7[a-z]:%d:%d", chosen, &chosen_number, &error) != 3)
        abort();
    return strcmp(chosen, call) == 0 && chosen_number == number ? error : NONE;
}

/* How much to transfer: less where a fault cuts it short, 0 where it fails. */
static size_t allowed(const char *call, int number, size_t count)
{
    int error = fault(call, number);
    if (error == NONE)
        return count;
    note();
    if (error == SHORT)
        return count > 1 ? count / 2 : count;
    errno = error;
    return 0;
}

ssize_t read(int descriptor, void *buffer, size_t count)
{
    static int number = 0;
    read_type read_on = (read_type)dlsym(RTLD_NEXT, "read");
    if (count && is_same_file(descriptor, STDIN_FILENO)) {
        if (getenv("FAULTS_READ_LITTLE") && count > MOST_READ)
            count = MOST_READ;
        count = allowed("read", ++number, count);
        if (count == 0)
            return -1;
    }
    return read_on(descriptor, buffer, count);
}

ssize_t write(int descriptor, const void *buffer, size_t count)
{
    static int number = 0;
    write_type write_on = (write_type)dlsym(RTLD_NEXT, "write");
    if (count && is_same_file(descriptor, STDOUT_FILENO)) {
        count = allowed("write", ++number, count);
        if (count == 0)
            return -1;
    }
    return write_on(descriptor, buffer, count);
}
