// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Glibc

#if FUZZING
    /// Called by libFuzzer for each input.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func tryInput(_ octets: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        // SAFETY: libFuzzer keeps `count` octets alive for the call.
        let input = unsafe UnsafeBufferPointer(start: octets, count: count)
        unsafe FuzzTool.attempt(input.span, BaselineTarget.self)
        return 0
    }

    /// Called by libFuzzer once at its start; it takes no notice of arguments that begin with two hyphens.
    @_cdecl("LLVMFuzzerInitialize")
    public func start(_: UnsafeRawPointer?, _: UnsafeRawPointer?) -> CInt {
        if let status = FuzzTool.run(Array(CommandLine.arguments.dropFirst()), BaselineTarget.self) {
            exit(status)
        }
        return 0
    }
#else
    @main enum FuzzBaselines {
        static func main() {
            exit(FuzzTool.main(BaselineTarget.self))
        }
    }
#endif
