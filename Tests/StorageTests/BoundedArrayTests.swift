// SPDX-License-Identifier: Apache-2.0

import Storage
import Testing

@Suite struct BoundedArrayTests {
    @Test func elementsAreWhatWasWritten() {
        var array = BoundedArray<Int>(capacity: 100)
        #expect(array.count == 0 && array.capacity == 100)
        for value in 0..<60 { array.append(value * value) }
        array.append(repeating: -1, count: 40)
        array[7] += 1
        #expect(array[7] == 50 && array[59] == 3481 && array[60] == -1 && array[99] == -1)
        #expect(array.count == 100)
    }

    @Test func aFullOneBeginsFull() {
        let array = BoundedArray(repeating: UInt8(3), count: 5)
        #expect(array.count == 5 && array.capacity == 5 && array[4] == 3)
        #expect(BoundedArray<UInt64>(capacity: 0).count == 0)
    }

    @Test func alsoWhatIsLargerThanAPageOfTheLargeKind() {
        var array = BoundedArray<UInt64>(capacity: 1 << 20)
        array.append(repeating: 1, count: 300_000)
        array[299_999] = 7
        #expect(array[0] == 1 && array[299_999] == 7 && array.count == 300_000)
    }

    @Test func anElementChangesInPlace() {
        var array = BoundedArray(repeating: InlineArray<4, Int>(repeating: 0), count: 3)
        for index in 0..<4 { array[1][index] = index }
        #expect(array[1][3] == 3 && array[0][3] == 0 && array[2][3] == 0)
    }

    @Test func anIndexBeyondTheElementsEndsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            var array = BoundedArray<Int>(capacity: 10)
            array.append(1)
            array[1] = 2
        }
        await #expect(processExitsWith: .failure) {
            let array = BoundedArray(repeating: 1, count: 3)
            print(array[-1])
        }
    }

    @Test func moreThanTheCapacityEndsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            var array = BoundedArray(repeating: 1, count: 3)
            array.append(4)
        }
        await #expect(processExitsWith: .failure) {
            var array = BoundedArray<Int>(capacity: 3)
            array.append(repeating: 0, count: 4)
        }
    }
}
