/* SPDX-License-Identifier: Apache-2.0
 *
 * What Swift cannot import from glibc. Only <stdint.h> and flat structs here: feature macros and system headers would
 * leak into every Swift module that imports this one. */
#ifndef SPATE_DATAGRAM_IN_H
#define SPATE_DATAGRAM_IN_H

#include <stdint.h>

/* An address in 128 bits (IPv4 as IPv4-mapped) and a port, all in host order. */
struct spate_in_endpoint {
    uint64_t high;
    uint64_t low;
    uint16_t port;
};

/* One datagram of a batch. */
struct spate_in_datagram {
    struct spate_in_endpoint source;
    /* Octets that are in the buffer. */
    uint32_t length;
    /* 1 if the datagram was longer than the buffer. */
    uint8_t is_truncated;
    /* 1 if `drops` is there: the kernel sends it once a socket has dropped anything. */
    uint8_t has_drops;
    /* SO_RXQ_OVFL: what the socket dropped from its beginning up to this datagram, modulo 2^32. */
    uint32_t drops;
};

/* Message headers and buffers for recvmmsg, allocated once. */
struct spate_in_batch;

/* A batch of `count` datagrams of up to `capacity` octets each, or NULL without memory. The buffers' pages are real only
 * as far as datagrams have touched them. */
struct spate_in_batch *spate_in_batch_create(uint32_t count, uint32_t capacity);
void spate_in_batch_destroy(struct spate_in_batch *batch);

/* Takes what waits in the socket, without waiting, up to the batch's count.
 * Returns the number of datagrams, 0 when none waits, -errno otherwise. */
int32_t spate_in_batch_receive(struct spate_in_batch *batch, int32_t socket);

/* Datagram `index` of the last receive, and its octets; valid until the next. `index` must be below what it returned. */
const struct spate_in_datagram *spate_in_batch_datagram(const struct spate_in_batch *batch, uint32_t index);
const uint8_t *spate_in_batch_octets(const struct spate_in_batch *batch, uint32_t index);

/* A nonblocking close-on-exec UDP socket that counts what it drops (SO_RXQ_OVFL); -errno when it cannot be. */
int32_t spate_in_socket(int32_t is_ipv6);

/* Binds to an endpoint; a mapped address on an IPv4 socket as the IPv4 address. An IPv6 socket also takes IPv4 traffic
 * when `is_dual_stack`. Returns 0 or -errno. */
int32_t spate_in_bind(int32_t socket, int32_t is_ipv6, int32_t is_dual_stack, const struct spate_in_endpoint *endpoint);

/* The endpoint a socket is bound to. Returns 0 or -errno. */
int32_t spate_in_local(int32_t socket, struct spate_in_endpoint *endpoint);

/* Lets other sockets of this user be bound to the same endpoint (SO_REUSEPORT). Before the bind it joins those that are
 * there; after it, it lets others join. Returns 0 or -errno. */
int32_t spate_in_share(int32_t socket);

/* Tells the kernel to hand a datagram to socket number h % count of those that share an endpoint, in the order of their
 * binds, where h is the source address (the four words of IPv6 XORed) times SPATE_IN_SPREAD modulo 2^32, less its lower 16
 * bits. By default the kernel would look at the ports too. Holds for all of them. Returns 0 or -errno. */
#define SPATE_IN_SPREAD 0x9E3779B1u
int32_t spate_in_spread(int32_t socket, uint32_t count);

/* Asks for a receive buffer: past the machine's limit if the process may (SO_RCVBUFFORCE, CAP_NET_ADMIN), else within.
 * Returns what the kernel gives, as asked for and not in its doubled count, or -errno. */
int32_t spate_in_receive_buffer(int32_t socket, int32_t octets);

/* What the socket dropped since its beginning, modulo 2^32 (SO_MEMINFO). Returns 0 or -errno. */
int32_t spate_in_drops(int32_t socket, uint32_t *drops);

#endif
