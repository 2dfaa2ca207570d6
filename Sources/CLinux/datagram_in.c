/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "datagram_in.h"
#include "endpoint.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/sock_diag.h>

/* Room for one SO_RXQ_OVFL message. */
#define CONTROL_SIZE CMSG_SPACE(sizeof(uint32_t))

/* Added to the distance between two buffers: at a distance of a power of two all first octets would fall into the same
 * sets of the processor's caches. 23 lines of 64 octets is odd and about a full Ethernet frame. */
#define CACHE_SKEW (23 * 64)

struct spate_in_batch {
    uint32_t count;
    size_t stride;
    uint8_t *octets;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_in6 *sources;
    struct spate_in_datagram *datagrams;
    uint8_t *controls;
};

void spate_endpoint_from(struct spate_in_endpoint *endpoint, const struct sockaddr_in6 *address, socklen_t length) {
    /* A Unix socket that sends without a name of its own leaves the address as it was. */
    sa_family_t family = length < sizeof address->sin6_family ? AF_UNSPEC : address->sin6_family;
    if (family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        endpoint->high = 0;
        endpoint->low = UINT64_C(0xFFFF) << 32 | ntohl(ipv4->sin_addr.s_addr);
        endpoint->port = ntohs(ipv4->sin_port);
    } else if (family == AF_INET6) {
        uint64_t words[2];
        memcpy(words, &address->sin6_addr, sizeof words);
        endpoint->high = be64toh(words[0]);
        endpoint->low = be64toh(words[1]);
        endpoint->port = ntohs(address->sin6_port);
    } else {
        *endpoint = (struct spate_in_endpoint){0};
    }
}

void spate_in_batch_destroy(struct spate_in_batch *batch) {
    if (!batch)
        return;
    free(batch->octets);
    free(batch->headers);
    free(batch->vectors);
    free(batch->sources);
    free(batch->datagrams);
    free(batch->controls);
    free(batch);
}

struct spate_in_batch *spate_in_batch_create(uint32_t count, uint32_t capacity) {
    struct spate_in_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    batch->count = count;
    batch->stride = (((size_t)capacity + 63) & ~(size_t)63) + CACHE_SKEW;
    batch->octets = malloc(batch->stride * count);
    batch->headers = calloc(count, sizeof *batch->headers);
    batch->vectors = calloc(count, sizeof *batch->vectors);
    batch->sources = calloc(count, sizeof *batch->sources);
    batch->datagrams = calloc(count, sizeof *batch->datagrams);
    batch->controls = calloc(count, CONTROL_SIZE);
    if (!batch->octets || !batch->headers || !batch->vectors || !batch->sources || !batch->datagrams ||
        !batch->controls) {
        spate_in_batch_destroy(batch);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        batch->vectors[i].iov_base = batch->octets + batch->stride * i;
        batch->vectors[i].iov_len = capacity;
        struct msghdr *header = &batch->headers[i].msg_hdr;
        header->msg_iov = &batch->vectors[i];
        header->msg_iovlen = 1;
        header->msg_name = &batch->sources[i];
        header->msg_namelen = sizeof batch->sources[i];
        header->msg_control = batch->controls + CONTROL_SIZE * i;
        header->msg_controllen = CONTROL_SIZE;
    }
    return batch;
}

/* Reads the control messages of header `i`, and puts back what the kernel changed in it. */
static void take(struct spate_in_batch *batch, uint32_t i) {
    struct msghdr *header = &batch->headers[i].msg_hdr;
    struct spate_in_datagram *datagram = &batch->datagrams[i];
    datagram->length = batch->headers[i].msg_len;
    datagram->is_truncated = (header->msg_flags & MSG_TRUNC) != 0;
    datagram->has_drops = 0;
    spate_endpoint_from(&datagram->source, &batch->sources[i], header->msg_namelen);
    for (struct cmsghdr *message = CMSG_FIRSTHDR(header); message; message = CMSG_NXTHDR(header, message)) {
        if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&datagram->drops, CMSG_DATA(message), sizeof datagram->drops);
            datagram->has_drops = 1;
        }
    }
    header->msg_namelen = sizeof batch->sources[i];
    header->msg_controllen = CONTROL_SIZE;
}

int32_t spate_in_batch_receive(struct spate_in_batch *batch, int32_t socket) {
    int received;
    do {
        received = recvmmsg(socket, batch->headers, batch->count, MSG_DONTWAIT, NULL);
    } while (received < 0 && errno == EINTR);
    if (received < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    for (int i = 0; i < received; i++)
        take(batch, (uint32_t)i);
    return received;
}

const struct spate_in_datagram *spate_in_batch_datagram(const struct spate_in_batch *batch, uint32_t index) {
    return &batch->datagrams[index];
}

const uint8_t *spate_in_batch_octets(const struct spate_in_batch *batch, uint32_t index) {
    return batch->octets + batch->stride * index;
}

int32_t spate_in_socket(int32_t is_ipv6) {
    int on = 1;
    int opened = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0)
        return -errno;
    if (setsockopt(opened, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0) {
        int code = errno;
        close(opened);
        return -code;
    }
    return opened;
}

int32_t spate_in_bind(int32_t socket, int32_t is_ipv6, int32_t is_dual_stack, const struct spate_in_endpoint *endpoint) {
    if (is_ipv6) {
        int only = !is_dual_stack;
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
        uint64_t words[2] = {htobe64(endpoint->high), htobe64(endpoint->low)};
        memcpy(&address.sin6_addr, words, sizeof words);
        if (setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0)
            return -errno;
        return bind(socket, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(endpoint->port),
                                  .sin_addr.s_addr = htonl((uint32_t)endpoint->low)};
    return bind(socket, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int32_t spate_in_local(int32_t socket, struct spate_in_endpoint *endpoint) {
    struct sockaddr_in6 address = {0};
    socklen_t length = sizeof address;
    if (getsockname(socket, (struct sockaddr *)&address, &length) < 0)
        return -errno;
    spate_endpoint_from(endpoint, &address, length);
    return 0;
}

int32_t spate_in_share(int32_t socket) {
    int on = 1;
    return setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ? -errno : 0;
}

int32_t spate_in_spread(int32_t socket, uint32_t count) {
    /* The program sees the payload; SKF_NET_OFF is where the IP header begins. */
    enum { NET = SKF_NET_OFF, V4_SOURCE = 12, V6_SOURCE = 8 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 11, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET + V6_SOURCE),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET + V6_SOURCE + 4),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET + V6_SOURCE + 8),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET + V6_SOURCE + 12),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET + V4_SOURCE),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, SPATE_IN_SPREAD),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0 ? -errno : 0;
}

int32_t spate_in_receive_buffer(int32_t socket, int32_t octets) {
    int given = 0;
    socklen_t length = sizeof given;
    if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) < 0 &&
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) < 0)
        return -errno;
    if (getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &given, &length) < 0)
        return -errno;
    return given / 2;
}

int32_t spate_in_drops(int32_t socket, uint32_t *drops) {
    uint32_t numbers[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof numbers;
    if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, numbers, &length) < 0)
        return -errno;
    if (length < (SK_MEMINFO_DROPS + 1) * sizeof numbers[0])
        return -ENOTSUP;
    *drops = numbers[SK_MEMINFO_DROPS];
    return 0;
}
