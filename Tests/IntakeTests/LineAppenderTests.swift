// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Intake
import TestSupport
import Testing

@Suite struct LineAppenderTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    @Test func `lines go to the end of what is there`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("alerts.json")
        #expect(LineAppender.file(path).append(line("one")))
        let second = LineAppender.file(path)
        #expect(second.append(line("two")))
        #expect(second.append(line("three")))
        #expect(try text(path) == "one\ntwo\nthree\n")
    }

    @Test func `a rotated file is opened anew under its name`() throws {
        let directory = try TemporaryDirectory()
        let (path, old) = (directory.file("alerts.json"), directory.file("alerts.json.1"))
        let appender = LineAppender.file(path)
        #expect(appender.append(line("one")))
        try FileManager.default.moveItem(atPath: path, toPath: old)
        #expect(appender.append(line("two")))
        #expect(try text(old) == "one\n")
        #expect(try text(path) == "two\n")
    }

    @Test func `a removed file is created again`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("alerts.json")
        let appender = LineAppender.file(path)
        #expect(appender.append(line("one")))
        try FileManager.default.removeItem(atPath: path)
        #expect(appender.append(line("two")))
        #expect(try text(path) == "two\n")
    }

    @Test func `a missing directory is said, and found when it appears`() throws {
        let directory = try TemporaryDirectory()
        let appender = LineAppender.file(directory.file("later/alerts.json"))
        #expect(!appender.append(line("one")))
        #expect(appender.lastError == ENOENT)
        try FileManager.default.createDirectory(
            atPath: directory.file("later"), withIntermediateDirectories: false)
        #expect(appender.append(line("one")))
        #expect(appender.lastError == 0)
    }

    @Test func `a full disk is said`() {
        let appender = LineAppender.file("/dev/full")
        #expect(!appender.append(line("one")))
        #expect(appender.lastError == ENOSPC)
    }
}
