/* SPDX-License-Identifier: Apache-2.0 */

#define _GNU_SOURCE
#include "datagram_out.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int32_t connected(int family, const void *address, socklen_t length) {
    int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, address, length) < 0) {
        int reason = errno;
        close(descriptor);
        return -reason;
    }
    return descriptor;
}

int32_t spate_out_unix_open(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0) return -EINVAL;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length + 1);
    if (path[0] != '@') return connected(AF_UNIX, &address, sizeof address);
    /* An abstract name: a NUL in front, and no NUL at the end. */
    address.sun_path[0] = '\0';
    return connected(AF_UNIX, &address, offsetof(struct sockaddr_un, sun_path) + length);
}

static int32_t udp4(uint32_t host, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(host);
    return connected(AF_INET, &address, sizeof address);
}

int32_t spate_out_udp_open(uint64_t high, uint64_t low, uint16_t port) {
    /* A host without IPv6 still reaches IPv4. */
    if (high == 0 && low >> 32 == 0xFFFF) return udp4((uint32_t)low, port);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    for (int index = 0; index < 8; index++) {
        address.sin6_addr.s6_addr[index] = (uint8_t)(high >> (56 - 8 * index));
        address.sin6_addr.s6_addr[8 + index] = (uint8_t)(low >> (56 - 8 * index));
    }
    return connected(AF_INET6, &address, sizeof address);
}

int32_t spate_out_send(int32_t descriptor, const uint8_t *bytes, int32_t count) {
    ssize_t sent;
    do {
        sent = send(descriptor, bytes, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int32_t spate_out_file_open(const char *path) {
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    return descriptor < 0 ? -errno : descriptor;
}

int32_t spate_out_file_is_current(int32_t descriptor, const char *path) {
    struct stat open_file, named_file;
    if (fstat(descriptor, &open_file) < 0 || stat(path, &named_file) < 0) return 0;
    return open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

int32_t spate_out_append(int32_t descriptor, const uint8_t *bytes, int32_t count) {
    /* A pipe that polls as writable takes PIPE_BUF bytes at once; standard output is not ours to make non-blocking. */
    struct pollfd request = {.fd = descriptor, .events = POLLOUT};
    int ready = poll(&request, 1, 0);
    if (ready < 0) return -errno;
    if (ready == 0) return -EAGAIN;
    if (request.revents & POLLNVAL) return -EBADF;
    ssize_t written;
    do {
        written = write(descriptor, bytes, (size_t)count);
    } while (written < 0 && errno == EINTR);
    return written < 0 ? -errno : (int32_t)written;
}

void spate_out_close(int32_t descriptor) { close(descriptor); }

int32_t spate_local_offset(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm local;
    return localtime_r(&time, &local) ? (int32_t)local.tm_gmtoff : 0;
}
