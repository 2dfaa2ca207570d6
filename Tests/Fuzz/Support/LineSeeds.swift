// SPDX-License-Identifier: Apache-2.0

/// Lines as programs write them, one of each kind, and formats with lines in them.
enum LineSeeds {
    static let lines: [(name: String, text: String)] = [
        (
            "haproxy",
            #"<134>Nov 21 02:02:43 haproxy[161]: 10.20.1.110:59171 [21/Nov/2026:02:02:43.907] web~ app/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/7 "GET /app/item HTTP/1.1""#
        ),
        (
            "haproxy-captures",
            #"<134>1 2026-11-21T02:02:45.907+00:00 - haproxy 1 - - fd00:20::2:41205 [21/Nov/2026:02:02:45.553] web app/app 0/0/0/2/2 200 83 - - ---- 11/2/0/0/0 0/0 {shop.test|Mozilla/5.0 (X11)} {} "GET /a%22 HTTP/1.1""#
        ),
        (
            "haproxy-bad",
            #"<134>haproxy: 10.20.1.9:54937 [21/Nov/2026:02:02:40.986] web web/<NOSRV> -1/-1/-1/-1/1001 408 0 - - cR-- 49/21/0/0/0 0/0 "<BADREQ>""#
        ),
        (
            "haproxy-asap",
            #"<134>haproxy: 10.0.0.1:1 [21/Nov/2026:02:02:45.986] web app/a 0/0/+1/+2/+3 200 +0 - - ---- 4/2/0/0/+0 0/0 "GET"#
        ),
        (
            "haproxy-tcp",
            "<134>haproxy: unix:1 [21/Nov/2026:02:02:45.986] stream stream/app 1/0/4711 212 CD 1/1/0/0/0 0/0"
        ),
        (
            "haproxy-tls",
            "<134>Nov 21 02:02:45 haproxy[2]: 10.66.0.7:41822 [21/Nov/2026:02:02:45.001] web/3: SSL handshake failure"
        ),
        (
            "haproxy-down",
            "<129>haproxy[2]: Server app/a is DOWN, reason: Layer4 timeout, check duration: 2ms. 0 active and 0 backup servers left."
        ),
        ("haproxy-none", "<128>haproxy[2]: backend app has no server available!"),
        ("haproxy-full", "<128>haproxy[2]: Proxy web reached process FD limit (maxsock=1024)."),
        (
            "nginx",
            #"<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 - a "b [21/Nov/2026:02:02:45 +0000] "GET /\x22?q=1 HTTP/1.1" 502 3000 "-" "\x5C" rt=0.084 urt="0.001, 0.080 : 0.002" dst=10.2.0.20:80"#
        ),
        (
            "nginx-combined",
            #"<190>Nov 21 02:02:45 nginx: fd00:20::2 - - [21/Nov/2026:03:02:45 +0100] "\x16\x03\x01" 400 150 "-" "-""#
        ),
        (
            "nginx-error",
            #"<187>nginx: 2026/11/21 02:02:45 [error] 3#3: *14 no live upstreams while connecting to upstream, client: 10.0.0.1, server: a, request: "GET / HTTP/1.1""#
        ),
        (
            "nginx-full",
            "<145>Nov 21 02:02:45 vm nginx: 2026/11/21 02:02:45 [alert] 311#311: 256 worker_connections are not enough"
        ),
        (
            "nginx-tls",
            "<142>nginx: 2026/11/21 02:02:45 [info] 3#3: *2 SSL_do_handshake() failed (SSL: error:0A00010B) while SSL handshaking, client: fd00::1, server: [::]:443"
        ),
        (
            "apache",
            #"<13>1 2026-11-21T02:02:45.25+00:00 vm apache2 - - [timeQuality tzKnown="1" isSynced="0"] shop.test:80 10.20.1.3 - - [21/Nov/2026:02:02:45 +0000] "GET /big HTTP/1.1" 404 431 "-" "a \"b\" \\""#
        ),
        (
            "apache-common",
            #"<13>Nov 21 02:02:45 vm apache2: 10.20.1.3 - - [21/Nov/2026:02:02:45 +0000] "-" 408 -"#
        ),
        (
            "apache-error",
            "<13>apache2: [Sat Nov 21 02:02:45.823142 2026] [mpm_event:error] [pid 28:tid 28] AH00484: server reached MaxRequestWorkers setting, consider raising it"
        ),
        (
            "apache-tls",
            "<174>Nov 21 02:02:45 vm apache2[28]: [ssl:info] [pid 28:tid 34] [client 10.20.1.1:60217] AH02008: SSL library error 1 in handshake (server secure.test:443)"
        ),
        (
            "unbound",
            "<30>Nov 21 02:02:44 svc unbound: [16135:0] info: 10.20.1.188 www.corp.test. A IN NXDOMAIN 0.015981 1 47"
        ),
        ("unbound-query", "<30>unbound: [16135:0] info: 10.20.1.188 www.corp.test. A IN"),
        (
            "unbound-error",
            "<27>unbound: [1:0] error: SERVFAIL <www.corp.test. A IN>: all the configured stub or forward servers failed"
        ),
        (
            "unbound-own",
            "<30>unbound: Nov 21 02:02:45 unbound[26736:0] reply: 10.2.0.10 - - - FORMERR - - - "
        ),
        (
            "bind",
            "<150>Nov 21 02:02:45 vm named[2]: 21-Nov-2026 02:02:45.171 queries: info: client @0x7fce18e73898 fd00:20::1#55135 (www.example.test): query: www.example.test IN AAAA +E(0)K (fd00:2::54)"
        ),
        (
            "bind-error",
            "<30>bind: query-errors: info: client @0x7fce 10.20.1.1#55693 (www.broken.test): query failed (zone not loaded) for www.broken.test/IN/A at query.c:5713"
        ),
        (
            "bind-refused",
            "<30>bind: client @0x7fce 10.20.1.9#55693 (www.test): query (cache) 'www.test/A/IN' denied (allow-query-cache did not match)"
        ),
        (
            "stunnel",
            "<29>Nov 21 02:02:45 vm stunnel: LOG5[7]: Service [shop] accepted connection from 10.20.1.93:38195"
        ),
        ("stunnel-tls", "<30>stunnel: 2026.11.21 02:02:45 LOG6[7]: TLS accepted: new session negotiated"),
        (
            "stunnel-fail",
            "<27>stunnel: LOG3[7]: SSL_accept: ../ssl/record/rec_layer_s3.c:318: unexpected eof"
        ),
        (
            "stunnel-end",
            "<29>stunnel: LOG5[7]: Connection closed: 60242 byte(s) sent to TLS, 120 byte(s) sent to socket"
        ),
        (
            "json",
            #"{"time": "2026-11-21T02:02:45.5+00:00","client":"10.0.0.1","n":{"deep":[1,{"a":"\u00e9\"}"}],"status":-1.5e3},"status":503,"ms":"12.5","uri":"\/a\\b","dst":"10.2.0.20:80"}"#
        ),
    ]

    static let nginxFormat =
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time urt="$upstream_response_time" dst=$server_addr:$server_port"#

    static let jsonKeys =
        "status=status client=client time=time server_time_ms=ms target=uri server=dst queue=n.status"

    private static let request = "[21/Nov/2026:02:02:45 +0000]"

    /// Program (0 nginx, 1 Apache, 2 haproxy, 3 JSON), format, lines.
    static let formats: [(program: UInt8, text: String, lines: [String])] = [
        (
            0, nginxFormat,
            [
                #"10.20.1.24 - - \#(request) "GET /a HTTP/1.1" 200 3 "-" "-" rt=0.084 urt="0.001, 0.2 : -" dst=10.2.0.20:80"#,
                #"10.20.1.24 - - \#(request) "GET /a"#,
            ]
        ),
        (
            0,
            "log_format main '$host $remote_addr:$remote_port $msec ' '$request_method $scheme://${host}$request_uri $status $request_time $upstream_addr $upstream_response_time $pipe';",
            [
                "shop.test fd00::2:53717 1795226565.141 POST http://shop.test/a 408 0.999 127.0.0.1:1, 127.0.0.1:2 0.000, 0.001 .",
                "a 1:1 -1 G h://a 200 - - - .",
            ]
        ),
        (
            0, #"$time_iso8601 $limit_req_status $status "$request""#,
            [#"2026-11-21T02:02:45+00:00 REJECTED 429 "\x22""#]
        ),
        (
            1,
            #"%{X-Forwarded-For}i %h %l %u %t \"%r\" %>s %I %O \"%{Referer}i\" \"%{User-Agent}i\" %D %{ms}T %A:%p"#,
            [
                #"1.2.3.4, 5.6.7.8 10.1.1.1 - - \#(request) "GET / HTTP/1.1" 503 1 2 "-" "\"x\\" 4711 4 10.2.0.20:80"#
            ]
        ),
        (
            1,
            #"LogFormat "%v %{c}h [%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t] %m \"%U%q\" %!200,304s %>s %^FB %{us}T %{UNIQUE_ID}e" site"#,
            [
                #"shop.test 10.1.1.1 [2026-11-21T02:02:45.351+0000] GET "/a?b" - 200 3000 77 awG-A"#
            ]
        ),
        (
            1, "%{begin:sec}t %{end:msec}t %{end:usec_frac}t %{%d/%b/%Y %T}t %s",
            ["1795226565 1795226565001 000001 21/Nov/2026 02:02:45 200"]
        ),
        (
            2,
            "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r",
            [
                #"10.20.1.110:59171 [21/Nov/2026:02:02:43.907] web app/a 0/1/2/3/9 200 217 - - ---- 1/1/0/0/0 0/0 {a} {} "GET / HTTP/1.1""#,
                #"10.20.1.110:59171 [21/Nov/2026:02:02:43.907] web app/a 0/1/2/3/9 200 217 - - ---- 1/1/0/0/0 0/0 "GET"#,
            ]
        ),
        (
            2,
            #"%{+Q}o client=%{-Q}ci:%cp fe=%ft st=%ST state=%tsc q=%sq/%bq r=%r hdr=%hr agent=%[capture.req.hdr(0)] dst=%fi:%fp %hrl"#,
            [
                #"client=10.1.1.1:5 fe="web" st=400 state=PR-- q=0/9 r="<BADREQ>" hdr= agent="" dst=10.2.0.20:80 "a" "b""#
            ]
        ),
        (
            2, #"%{+E}o{"t":"%Ts","c":"%ci","s":%ST,"a":"%[req.hdr(host),lower]","x":%{+X}ci}"#,
            [#"{"t":"1795226565","c":"::1","s":503,"a":"\"","x":0}"#]
        ),
        (
            3, jsonKeys,
            [
                #"{"time":1795226565.5,"client":"::1","n":{"status":4},"status":"503","ms":1e3,"uri":"/a","dst":"[fd00::1]:80"}"#,
                #"{"status":[],"status":200"#,
            ]
        ),
        (
            3, "status=a.b.c.d start_time=t termination=x",
            [#"{"a":{"b":{"c":{"d":200}}},"t":"21/Nov/2026:02:02:45 +0000","x":"sQ--"}"#]
        ),
    ]
}
