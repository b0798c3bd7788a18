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
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate"),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg"),
    .systemLibrary(name: "COnig", pkgConfig: "oniguruma"),
    .systemLibrary(name: "CMarkGFM"),
    .systemLibrary(name: "CNettle"),
    .systemLibrary(name: "CLBFGS"),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),

    .target(name: "CWords", exclude: ["en.json"], cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),

    swift("Support", ["CKernels", "CNettle", "CWords"]),
    swift("Tensors", ["Support", "CBLAS", "CLBFGS", "COneDNN", "CKernels"]),
    swift("Transformers", ["Support", "Tensors", "CKernels", "COnig"]),
    swift("Corpora", ["Support", "Tensors", "CISAL", "CPNG", "CJPEG"]),
    swift("Results", ["Support", "Tensors"]),
    swift("Engine", ["Support", "Transformers", "Tensors", "CKernels", "Corpora", "Results"]),
    swift("Analyses", ["Support", "Engine", "Transformers", "Tensors", "CKernels", "Corpora", "Results"]),
    swift(
      "Training",
      ["Support", "Engine", "Analyses", "Transformers", "Tensors", "CKernels", "Corpora", "Results", "CISAL"]),
    swift("Diagnosis", ["Support", "Results"]),
    swift("Drawing", ["Support"]),
    swift("Plotting", ["Support", "Drawing"]),
    swift("CairoRenderer", ["Support", "Drawing", "CDeflate", "CKernels", "CPangoCairo", "CPNG"]),
    swift("Reports", ["Support", "Results", "Diagnosis", "Drawing", "Plotting", "CMarkGFM"]),
    swift(
      "Commands",
      [
        "Support", "Tensors", "Transformers", "Corpora", "Results", "Engine", "Analyses", "Training", "Diagnosis",
        "Drawing", "Plotting", "CairoRenderer", "Reports",
      ]),
    .executableTarget(name: "tomograph", dependencies: ["Commands"], swiftSettings: settings),

    tests("Support", ["Support"]),
    tests("Tensors", ["Support", "Tensors", "CBLAS", "CKernels", "COneDNN"]),
    tests("Transformers", ["Support", "Transformers", "Tensors"]),
    tests("Corpora", ["Support", "Corpora", "Tensors"]),
    tests("Results", ["Support", "Results", "Tensors"]),
    tests("Engine", ["Support", "Engine", "Analyses", "Corpora", "Transformers", "Results", "Tensors"]),
    tests("Analyses", ["Support", "Engine", "Analyses", "CKernels", "Transformers", "Results", "Tensors"]),
    tests("Training", ["Support", "Training", "Engine", "Analyses", "Transformers", "Corpora", "Results", "Tensors"]),
    tests("Diagnosis", ["Support", "Diagnosis", "Results", "Tensors"]),
    tests("Drawing", ["Drawing"]),
    tests("Plotting", ["Support", "Plotting", "Drawing"]),
    tests("CairoRenderer", ["Support", "CairoRenderer", "Corpora", "Drawing", "Plotting", "Reports", "Tensors"]),
    tests("Reports", ["Support", "Reports", "Plotting", "Drawing", "Results", "Diagnosis", "Tensors"]),
    tests(
      "Commands",
      [
        "Support", "Engine", "Analyses", "CairoRenderer", "Drawing", "Plotting", "Reports", "Results", "Tensors",
        "Commands", "tomograph",
      ]),

    .executableTarget(
      name: "bench",
      dependencies: [
        "Support", "Tensors", "Transformers", "Engine", "Analyses", "Training", "Results", "Drawing", "Plotting",
        "CairoRenderer", "CKernels", "TestSupport", "Corpora",
      ],
      path: "Tests/Bench", exclude: ["peers.sh"], swiftSettings: settings),

    .executableTarget(
      name: "gallery",
      dependencies: ["Drawing", "Plotting", "CairoRenderer", "Reports", "TestSupport"], path: "Tests/Gallery",
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Support", "Drawing", "Plotting", "Reports", "Results", "Tensors"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
  ]
)
