// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import TestSupport
import Testing

@Suite struct DurableFileTests {
    @Test func theNewContentReplacesTheOld() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("state")
        for content in [[UInt8](repeating: 7, count: 100_000), [1, 2, 3], []] {
            #expect(DurableFile.replace(path, with: content.span) == 0)
            #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == content)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test func whatCannotBeWrittenIsSaidAndTheOldStays() throws {
        let folder = try TemporaryDirectory()
        let octets: [UInt8] = [1]
        #expect(DurableFile.replace(folder.file("missing/state"), with: octets.span) == ENOENT)
        // A folder cannot be replaced by a file, and what was written beside it goes.
        let path = folder.file("taken")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(DurableFile.replace(path, with: octets.span) != 0)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }
}
