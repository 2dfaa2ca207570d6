// swift-tools-version: 6.3
import PackageDescription

/// Every target is held to the same rules: language mode 6, no unmarked unsafe code, no warning left.
let rules: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func stage(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: rules)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: rules)
}

func fuzzer(_ name: String) -> Target {
    .executableTarget(
        name: "Fuzz" + name, dependencies: ["FuzzSupport"], path: "Tests/Fuzz/" + name, swiftSettings: rules)
}

let package = Package(
    name: "spate",
    products: [.executable(name: "spate", targets: ["spate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        // What hummingbird is built on: the client side of the control socket needs it by name.
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ],
    targets: [
        // Layer 0: nouns, fences around C and unsafe code.
        .target(name: "CLinux"),
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        stage("FlowModel"),
        stage("LockFree"),
        .target(name: "CPrefetch"),
        stage("Storage", ["CPrefetch"]),

        // Layer 1: the inbound stages.
        stage("FlowDecoding", ["FlowModel", "LockFree"]),
        stage("ServiceWindows", ["FlowModel", "LockFree", "Storage"]),
        stage("ServiceSignals", ["FlowModel"]),
        stage("Intake", ["CLinux", "FlowModel", "LockFree"]),
        stage("Capture", ["CPcap", "FlowModel"]),

        // Layer 2 and 3: judgement, and what leaves the process.
        stage("Detection", ["FlowModel", "ServiceWindows", "ServiceSignals"]),
        stage("Alerting", ["FlowModel", "Detection"]),
        stage(
            "History",
            ["Alerting", "Detection", "FlowModel", .product(name: "GRDB", package: "GRDB.swift")]),
        stage(
            "Control",
            [
                "FlowModel",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        stage("Settings", ["FlowModel", "Detection", .product(name: "Yams", package: "Yams")]),

        // Layer 4: the stages put together, without I/O.
        stage(
            "Pipeline",
            [
                "Detection", "FlowDecoding", "FlowModel", "LockFree", "ServiceSignals", "ServiceWindows",
                "Settings",
            ]),

        // Layer 5: the program.
        .executableTarget(
            name: "spate",
            dependencies: [
                "Alerting", "CLinux", "Capture", "Control", "Detection", "FlowDecoding", "FlowModel",
                "History", "Intake", "LockFree", "Pipeline", "ServiceSignals", "ServiceWindows", "Settings",
                "Storage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: rules),

        // Tests mirror the sources; everything that several of them need is in TestSupport.
        .target(
            name: "TestSupport", dependencies: ["FlowModel"], path: "Tests/TestSupport", swiftSettings: rules),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Capture", "Detection", "FlowDecoding", "FlowModel", "LockFree", "ServiceSignals",
                "ServiceWindows", "TestSupport",
            ],
            path: "Tests/Benchmarks", exclude: ["allocations.sh"], swiftSettings: rules),
        // A world on a clock of its own, and what Spate says of it (`make evaluate`).
        .target(
            name: "EvaluationWorld",
            dependencies: [
                "Alerting", "Capture", "Detection", "FlowModel", "Pipeline", "Settings", "TestSupport",
            ],
            path: "Tests/Evaluation/World", swiftSettings: rules),
        .executableTarget(
            name: "Evaluate",
            dependencies: [
                "Detection", "EvaluationWorld",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Evaluation/Program",
            swiftSettings: rules),
        // Fuzz targets: their inputs and promises, and a program for each (`make fuzz`).
        .target(
            name: "FuzzSupport",
            dependencies: [
                "Capture", "Detection", "FlowDecoding", "FlowModel", "Intake", "LockFree", "ServiceSignals",
                "ServiceWindows", "TestSupport",
            ],
            path: "Tests/Fuzz/Support", swiftSettings: rules),
        fuzzer("Datagrams"),
        fuzzer("Listings"),
        fuzzer("State"),
        fuzzer("Baselines"),
        fuzzer("Framing"),
        fuzzer("Lines"),
        fuzzer("Formats"),
        fuzzer("Metrics"),
        // Scenarios in text files: what reads and plays them, and a program to write new ones by.
        .target(
            name: "ScenarioSupport",
            dependencies: [
                "Alerting", "Detection", "FlowDecoding", "FlowModel", "Pipeline", "ServiceWindows",
                "Settings",
                "TestSupport",
            ],
            path: "Tests/Scenarios/Support", swiftSettings: rules),
        .executableTarget(
            // A scenario holds a configuration: who holds one must be built anew when its layout changes.
            name: "ScenarioPlayer", dependencies: ["Alerting", "Detection", "ScenarioSupport", "Settings"],
            path: "Tests/Scenarios/Player",
            swiftSettings: rules),
        tests("FlowModelTests", ["FlowModel"]),
        tests("LockFreeTests", ["LockFree"]),
        tests("StorageTests", ["Storage"]),
        tests("FlowDecodingTests", ["Capture", "FlowDecoding", "FlowModel", "FuzzSupport", "LockFree"]),
        tests("ServiceWindowsTests", ["FlowModel", "LockFree", "ServiceWindows"]),
        tests("ServiceSignalsTests", ["FlowModel", "FuzzSupport", "ServiceSignals"]),
        tests("IntakeTests", ["FlowModel", "Intake", "LockFree"]),
        tests("CaptureTests", ["Capture", "FlowModel"]),
        tests("DetectionTests", ["Detection", "FlowModel", "FuzzSupport", "ServiceWindows"]),
        tests("AlertingTests", ["Alerting", "Detection", "FlowModel", "Intake"]),
        tests("HistoryTests", ["Alerting", "Detection", "FlowModel", "History"]),
        tests(
            "ControlTests",
            [
                "Control",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests("SettingsTests", ["Detection", "FlowModel", "Settings"]),
        tests(
            "PipelineTests",
            ["Detection", "FlowDecoding", "FlowModel", "Pipeline", "ServiceWindows", "Settings"]),
        tests("EvaluationWorldTests", ["Detection", "EvaluationWorld", "FlowDecoding", "FlowModel"]),
        tests("ScenarioTests", ["Detection", "ScenarioSupport", "Settings"]),
        tests("IntegrationTests", ["FlowModel", "spate"]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
