// SPDX-License-Identifier: Apache-2.0

import Testing

/// The rules of CONTRIBUTING.md, held against the whole tree.
@Suite struct TidyTests {
    let project: Project

    init() throws {
        project = try Project.read()
    }

    @Test func `the tree was found`() {
        #expect(project.sources.contains { $0.path == "Sources/FlowModel/FlowRecord.swift" })
        #expect(project.files.contains { $0.path == "Makefile" })
    }

    @Test func `every Swift file begins with its licence`() {
        #expect(project.swiftFiles.filter { $0.path != "Package.swift" }.flatMap(Rules.licence) == [])
    }

    @Test func `no file is longer than the limit`() {
        #expect(project.swiftFiles.flatMap(Rules.fileLength) == [])
    }

    @Test func `no function is longer than the limit`() {
        #expect(project.swiftFiles.flatMap(Rules.functionLength) == [])
    }

    @Test func `what other targets see is documented`() {
        #expect(project.sources.flatMap(Rules.documentation) == [])
    }

    @Test func `unsafe code stays behind its fence and says why it is sound`() {
        #expect(project.sources.flatMap(Rules.unsafeUses) == [])
    }

    @Test func `pure targets import nothing that does I/O and read no clock`() {
        let pure = project.sources.filter { Rules.pureTargets.contains($0.target) }
        #expect(pure.flatMap(Rules.purity) == [])
    }

    @Test func `no leftovers of somebody's desk`() {
        #expect(project.files.flatMap(Rules.banned) == [])
    }

    @Test func `links between documents lead somewhere`() {
        let documents = project.files.filter { $0.path.hasSuffix(".md") }
        #expect(documents.flatMap { Rules.links($0, exists: project.holds) } == [])
    }

    @Test func `metrics that documents name are explained`() throws {
        let documents = project.files.filter { $0.path.hasSuffix(".md") }
        let page = try #require(documents.first { $0.path == Rules.metricsPage })
        let explained = Set(page.lines.filter { $0.hasPrefix("| `") }.flatMap(Rules.metricNames(in:)))
        #expect(!explained.isEmpty)
        #expect(documents.flatMap { Rules.metricNames($0, explained: explained) } == [])
    }
}
