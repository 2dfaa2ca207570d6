/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "stream_in.h"
#include "endpoint.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* Seconds between two probes of a silent peer, and how many go unanswered before it counts as gone. */
enum { PROBE_INTERVAL = 30, PROBES = 4 };

static int32_t set(int descriptor, int level, int option, int value) {
    return setsockopt(descriptor, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

int32_t spate_stream_socket(int32_t is_ipv6, int32_t receive_octets) {
    int opened = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0)
        return -errno;
    int32_t status = set(opened, SOL_SOCKET, SO_REUSEADDR, 1);
    /* Connections inherit it; it has to be there before they shake hands over their window. */
    if (status == 0)
        status = set(opened, SOL_SOCKET, SO_RCVBUF, receive_octets);
    if (status == 0)
        return opened;
    close(opened);
    return status;
}

int32_t spate_stream_listen(int32_t socket, int32_t waiting) { return listen(socket, waiting) < 0 ? -errno : 0; }

int32_t spate_stream_accept(int32_t socket, int32_t silent_seconds, struct spate_in_endpoint *peer) {
    struct sockaddr_in6 address = {0};
    socklen_t length = sizeof address;
    int accepted;
    do {
        accepted = accept4(socket, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        /* One that was given up while it waited is none. */
    } while (accepted < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (accepted < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    spate_endpoint_from(peer, &address, length);
    /* Without probes a peer that lost its power stays for ever; that they cannot be set is no reason to refuse it. */
    if (set(accepted, SOL_SOCKET, SO_KEEPALIVE, 1) == 0) {
        set(accepted, IPPROTO_TCP, TCP_KEEPIDLE, silent_seconds);
        set(accepted, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_INTERVAL);
        set(accepted, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
    }
    return accepted;
}

int32_t spate_stream_receive(int32_t socket, uint8_t *octets, int32_t capacity) {
    ssize_t received;
    do {
        received = recv(socket, octets, (size_t)capacity, MSG_DONTWAIT);
    } while (received < 0 && errno == EINTR);
    if (received < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    return (int32_t)received;
}
