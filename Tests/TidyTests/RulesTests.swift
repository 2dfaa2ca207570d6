// SPDX-License-Identifier: Apache-2.0

import Testing

/// The rules find what they are for: a checker that finds nothing anywhere would keep every tree tidy.
@Suite struct RulesTests {
    private func file(_ text: String, in path: String = "Sources/Detection/Example.swift") -> TextFile {
        TextFile(path: path, text: text)
    }

    private func lines(_ violations: [Violation]) -> [Int] {
        violations.map(\.line)
    }

    @Test func `comments and strings are no code`() {
        let text = #"let a = "x // \(b("}")) {" /* { */ + c // {"#
        #expect(CodeView.blank(text).split(separator: " ").joined() == "leta=b()+c")
    }

    @Test func `raw strings and strings over several lines are no code`() {
        let text = "let a = #\"\\( \" {\"#\nlet b = \"\"\"\n  { \\(c) \"\n  \"\"\"\nlet d = 1"
        let code = CodeView.blank(text)
        #expect(!code.contains("{"))
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 5)
        #expect(code.contains(" c ") && code.hasSuffix("let d = 1"))
    }

    @Test func `the first line is the licence`() {
        #expect(Rules.licence(file("import A\n")).count == 1)
        #expect(Rules.licence(file(Rules.licenceLine + "\n")) == [])
    }

    @Test func `a file has its limit, a table has none`() {
        let long = String(repeating: "let a = 1\n", count: Rules.fileLimit + 1)
        #expect(Rules.fileLength(file(long)).count == 1)
        #expect(Rules.fileLength(file(long + Rules.tableMark + "\n")) == [])
        #expect(Rules.fileLength(file(String(long.dropLast("let a = 1\n".count)))) == [])
    }

    @Test(arguments: [
        "func long(a: [Int] = [1], b: () -> Int = { 1 }) {", "private static func a() {", "init?(a: Int) {",
    ])
    func `a function has its limit`(head: String) {
        let inside = String(repeating: "    if a { b() }\n", count: Rules.functionLimit - 2)
        #expect(Rules.functionLength(file("\(head)\n\(inside)}\n")) == [])
        #expect(lines(Rules.functionLength(file("\n\(head)\n\(inside)    c()\n}\n"))) == [2])
    }

    @Test func `a requirement of a protocol has no length`() {
        let requirements = String(repeating: "    func a(b: Int) -> Int\n", count: 100)
        #expect(Rules.functionLength(file("protocol P {\n\(requirements)}\n")) == [])
    }

    @Test func `a shared declaration wants a doc comment`() {
        let text = """
            package import A
            package struct B {
                /// What it is.
                @inlinable
                package let a: Int
                // No doc comment.
                public static func b() {}
                package private(set) var c = 1
                package var description: String { "" }
            }
            """
        #expect(lines(Rules.documentation(file(text))) == [2, 7, 8])
    }

    @Test func `an initialiser that only stores is explained by its properties`() {
        let stores = "package init(a: Int) {\n    self.a = a\n}\n"
        let pairs = "package init(a: Int, b: Int) {\n    (self.a, self.b) = (a, b)\n}\n"
        let computes = "package init(a: Int) {\n    self.a = a + 1\n}\n"
        #expect(Rules.documentation(file(stores)) == [])
        #expect(Rules.documentation(file(pairs)) == [])
        #expect(Rules.documentation(file("package init() {}\n")) == [])
        #expect(lines(Rules.documentation(file(computes))) == [1])
    }

    @Test func `unsafe code outside the fence is found`() {
        #expect(lines(Rules.unsafeUses(file("let a = unsafe b()\nlet unsafely = 1\n"))) == [1])
    }

    @Test func `unsafe code wants its reason`() {
        let path = "Sources/LockFree/Example.swift"
        let text = """
            // SAFETY: `b` lives as long as this,
            // and nobody else holds it.
            let a = unsafe b()
            let c = unsafe d()
            let e = 1
            let f = 1
            let g = 1
            let h = unsafe i()
            """
        #expect(lines(Rules.unsafeUses(file(text, in: path))) == [8])
    }

    @Test(arguments: [
        "import Foundation", "package import Dispatch", "let a = ContinuousClock.now",
        "let b = SuspendingClock()",
    ])
    func `impure lines are found`(line: String) {
        #expect(lines(Rules.purity(file("import FlowModel\n\(line)\n"))) == [2])
        #expect(Rules.purity(file("// \(line)\n")) == [])
    }

    @Test(arguments: Rules.bannedWords) func `a word of the desk is found`(word: String) {
        #expect(lines(Rules.banned(file("a\n// \(word) b\n"))) == [2])
    }

    @Test func `a link that leads nowhere is found`() {
        let text = "[a](b.md) [c](https://example.org/d) [e](#f)\n[g](../README.md#h) ![i](j.png)\n"
        let existing: Set<String> = ["README.md"]
        let violations = Rules.links(file(text, in: "docs/example.md")) { existing.contains($0) }
        #expect(violations.map(\.line) == [1, 2])
        #expect(violations.map(\.what) == ["docs/b.md does not exist", "docs/j.png does not exist"])
    }

    @Test func `a metric in a document is explained`() {
        let text = "a\nsee `spate_a_total`, spate_b_bytes{x=\"y\"} and spate_<stage>_c_total\n"
        let found = Rules.metricNames(file(text, in: "docs/a.md"), explained: ["spate_a_total"])
        #expect(found.map(\.what) == ["spate_b_bytes is not in docs/metrics.md"])
        #expect(lines(found) == [2])
    }
}
