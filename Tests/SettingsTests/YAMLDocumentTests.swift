// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

struct YAMLDocumentTests {
    @Test(arguments: [
        (
            "listen:\n\t- udp: x",
            "2: not YAML: found character that cannot start any token, "
                + "expected spaces instead of tabs, and quotes around such a value"
        ),
        (
            "gather: [1\nlisten: 2",
            "2: not YAML: did not find expected ',' or ']', "
                + "expected matching indentation, brackets and quotes"
        ),
        (
            "gather: 5ms: x",
            "1: not YAML: mapping values are not allowed in this context, "
                + "expected a value without ': ', or quotes around it"
        ),
        (
            "gather: 5ms\n---\ngather: 6ms",
            "2: not YAML: but found another document, "
                + "expected one document, without `---` in between"
        ),
        (
            "gather: *x",
            "1: not YAML: found undefined alias, expected quotes around a value that begins with *"
        ),
        (
            "gather: 5ms\nlisten: \u{1}",
            "2: not YAML: control characters are not allowed, expected printable text"
        ),
    ])
    func `syntax errors have their line`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(arguments: ["listen", "[listen]", "12"])
    func `what is no mapping is refused`(text: String) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("1: the file is ") == true)
    }

    @Test func `every repeated key is found, with other mistakes`() {
        let text = """
            gather: 5ms
            baseline: { warm_up: 1h, warm_up: 2h, warm_up: 3h }
            gather: 6ms
            signals:
              formats:
                shop: $status
                shop: $status
            control: { htp: off }
            """
        #expect(
            problems(text) == [
                "2: 'warm_up' is given again, expected once (first on line 2)",
                "2: 'warm_up' is given again, expected once (first on line 2)",
                "3: 'gather' is given again, expected once (first on line 1)",
                "7: 'shop' is given again, expected once (first on line 6)",
                "8: unknown key 'htp', did you mean 'http'?",
            ])
    }

    @Test func `a repeated key that cannot be marked is found`() {
        #expect(problems("\"gather\": 5ms\n\"gather\": 6ms") == ["1: 'gather' is given twice, expected once"])
    }

    @Test func `more repetitions than can be marked end`() {
        let text = String(repeating: "gather: 5ms\n", count: 200)
        #expect(problems(text).count == 1)
    }

    @Test func `nesting without end is refused`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(problems(text).count == 1)
    }

    @Test func `text of the file cannot write to the terminal`() {
        let found = problems("\"a\\u001b[2Jb\": 1")
        #expect(found.first?.hasPrefix("1: unknown key 'a\u{FFFD}[2Jb', expected ") == true)
    }

    @Test func `long text is cut in messages`() {
        let found = problems(String(repeating: "k", count: 1000) + ": 1")
        #expect((found.first?.count ?? .max) < 300)
    }

    @Test func `truncations of a valid file are read or refused, never a crash`() {
        let text = """
            listen: [ { udp: "[::]:2055", receive_buffer: 32MiB } ]
            services:
              - { name: web, addresses: ["10.2.0.10", "fd00:2::10"], ports: [443, "8000-8099"], kind: https }
            signals: { formats: { shop: '$status' }, rules: [ { format: shop, service: web } ] }
            """
        for length in 0...text.count {
            let reading = read(String(text.prefix(length)))
            #expect((reading.configuration == nil) == !reading.problems.isEmpty)
        }
    }
}
