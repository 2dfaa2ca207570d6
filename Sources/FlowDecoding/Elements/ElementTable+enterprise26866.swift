// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 26866: gigamon.
    static let enterprise26866 = """
        3 t http_user_agent
        101 t ssl_common_name
        105 t ssl_validity_not_before
        106 t ssl_validity_not_after
        107 t ssl_serial_number
        112 t ssl_server_name
        1958 t dns_query
        2228 t http2_header_raw
        2237 t http2_method
        2238 t http2_mime_type
        2250 t http2_user_agent
        2531 u ssl_server_hello_extension_type
        2532 u ssl_request_size
        2533 u ssl_handshake_type
        2535 u ssl_client_hello_extension_type
        2539 t ssl_server_name_raw
        2545 t ssl_issuer
        2548 t ssl_server_name_raw
        4676 t http_host
        4681 t http_uri_raw
        4702 t http_server_agent
        4721 t http_uri_full
        4745 t http_uri
        """
}
