#!/usr/bin/env bash
# Asks a name server everything that a log line could have trouble with.
#
# usage: resolve.sh ADDRESS [ADDRESS6]
server=$1

ask() { dig "@$server" -b "${source:-10.20.1.1}" +tries=1 +time=3 "$@" > /dev/null; }

for name in www.corp.test none.corp.test www.example.test mail.example.test none.example.test refused.test x.redirected.test a.logged.test \
    www.broken.test a.dead.test b.dead.test nowhere.invalid . WWW.Example.TEST; do
    ask "$name" A
done
for type in AAAA MX TXT SOA NS PTR SRV CAA HTTPS SVCB DS DNSKEY NAPTR TYPE65400 ANY AXFR; do ask www.example.test "$type"; done
ask -x 10.2.0.20
ask -x fd00:2::20
ask version.bind TXT CH
ask www.example.test A HS
ask +tcp www.example.test
ask +dnssec +subnet=203.0.113.0/24 www.example.test
ask +nocookie +noedns www.example.test
ask +norecurse www.example.test
ask +cdflag www.example.test
ask +edns=5 www.example.test
ask +opcode=NOTIFY example.test SOA
ask +opcode=UPDATE example.test SOA
ask +opcode=7 example.test
# Octets that a name may hold.
for name in 'a\032b.example.test' 'quote\".example.test' 'back\\slash.example.test' '\000\001\255.example.test' 'a\.dot.example.test' \
    '_sip._tcp.example.test' 'xn--caf-dma.example.test' "caf\\195\\169.example.test" '\(paren\).example.test' '\;semi\@at\$dollar.example.test' \
    "$(printf 'x%.0s' {1..63}).$(printf 'y%.0s' {1..63}).$(printf 'z%.0s' {1..63}).example.test"; do
    ask "$name" A
done
for source in 10.20.1.2 10.20.1.7 10.20.1.9; do
    ask www.example.test
    ask www.corp.test
    ask www.elsewhere.test
done
source=10.20.1.8
dig "@$server" -b 10.20.1.8 +tries=1 +time=1 www.corp.test > /dev/null
for _ in {1..12}; do dig "@$server" -b 10.20.1.3 +tries=1 +time=1 www.example.test > /dev/null; done
[[ -z ${2:-} ]] || dig "@$2" -b fd00:20::1 +tries=1 +time=3 www.example.test AAAA > /dev/null
# What is no question: too short, a header alone, no question, a name that runs out, several questions.
for octets in '\x12' '\x12\x34\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00' '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00' \
    '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3fabc' '\x12\x34\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\x01b\x00\x00\x01\x00\x01' \
    '\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01'; do
    printf '%b' "$octets" > "/dev/udp/$server/53"
done
exit 0
