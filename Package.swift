// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target: explicit existentials and imports, and no warning is let through.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func swift(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)Tests",
    swiftSettings: settings)
}

let package = Package(
  name: "tomograph",
  products: [.executable(name: "tomograph", targets: ["tomograph"])],
  targets: [
    .systemLibrary(name: "CBLAS"),
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "CPangoCairo", pkgConfig: "pangocairo"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng"),
    .systemLibrary(name: "CISAL"),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg"),
    .systemLibrary(name: "CPCRE", pkgConfig: "libpcre2-8"),
    .systemLibrary(name: "CMarkGFM"),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),

    swift("Tensors", ["CBLAS", "COneDNN", "CKernels"]),
    swift("Transformers", ["Tensors", "CKernels", "CPCRE"]),
    swift("Corpora", ["Tensors", "CPNG", "CJPEG"]),
    swift("Results", ["Tensors"]),
    swift("Analyses", ["Transformers", "Tensors", "CKernels", "Corpora", "Results"]),
    swift("Training", ["Analyses", "Transformers", "Tensors", "CKernels", "Corpora", "Results", "CISAL"]),
    swift("Diagnosis", ["Results", "Tensors"]),
    swift("Drawing", []),
    swift("Plotting", ["Drawing"]),
    swift("CairoRenderer", ["Drawing", "CISAL", "CKernels", "CPangoCairo", "CPNG"]),
    swift("Reports", ["Results", "Diagnosis", "Drawing", "Plotting", "Tensors", "CMarkGFM"]),
    .executableTarget(
      name: "tomograph",
      dependencies: [
        "Tensors", "Transformers", "Corpora", "Results", "Analyses", "Training", "Diagnosis", "Drawing", "Plotting",
        "CairoRenderer",
        "Reports",
      ],
      swiftSettings: settings),

    tests("Tensors", ["Tensors", "CBLAS", "CKernels", "COneDNN"]),
    tests("Transformers", ["Transformers", "Tensors"]),
    tests("Corpora", ["Corpora", "Tensors"]),
    tests("Results", ["Results", "Tensors"]),
    tests("Analyses", ["Analyses", "CKernels", "Transformers", "Results", "Tensors"]),
    tests("Training", ["Training", "Analyses", "Transformers", "Corpora", "Results", "Tensors"]),
    tests("Diagnosis", ["Diagnosis", "Results", "Tensors"]),
    tests("Drawing", ["Drawing"]),
    tests("Plotting", ["Plotting", "Drawing"]),
    tests("CairoRenderer", ["CairoRenderer", "Corpora", "Drawing", "Plotting", "Reports", "Tensors"]),
    tests("Reports", ["Reports", "Plotting", "Drawing", "Results", "Diagnosis", "Tensors"]),
    tests(
      "Command",
      ["Analyses", "CairoRenderer", "Drawing", "Plotting", "Reports", "Results", "Tensors", "tomograph"]),

    .executableTarget(
      name: "bench",
      dependencies: [
        "Tensors", "Transformers", "Analyses", "Training", "Results", "Drawing", "Plotting", "CairoRenderer",
        "TestSupport",
      ],
      path: "Tests/Bench", exclude: ["peers.sh"], swiftSettings: settings),

    .executableTarget(
      name: "gallery",
      dependencies: ["Drawing", "Plotting", "CairoRenderer", "Reports", "TestSupport"], path: "Tests/Gallery",
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Drawing", "Plotting", "Reports", "Results", "Tensors"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
  ]
)
