/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPATE_ENDPOINT_H
#define SPATE_ENDPOINT_H

#include "datagram_in.h"

#include <netinet/in.h>

/* The endpoint in a socket address of `length` octets as the kernel gave it: of IPv4 or IPv6, or room for it. Other
 * families, and no address at all, are zero. */
void spate_endpoint_from(struct spate_in_endpoint *endpoint, const struct sockaddr_in6 *address, socklen_t length);

#endif
