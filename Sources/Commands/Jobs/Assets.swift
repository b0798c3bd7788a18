import Foundation
import Support

/// Where the templates, fonts and examples lie that the program brings along.
struct Assets: Sendable {
  let root: URL

  /// Takes the folder that was asked for, else `../share/tomograph` beside the executable, else the nearest folder
  /// above it that holds `Package.swift`.
  static func find(option: String?) throws -> Assets {
    if let option {
      let root = URL(filePath: option)
      guard isFolder(root) else {
        throw InputError(.usage, at: phrase("error.assetsOption", ["option": option]), phrase("error.isNotAFolder"))
      }
      return Assets(root: root)
    }
    guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      throw InputError(at: "/proc/self/exe", phrase("error.cannotReadAssets"))
    }
    var folder = URL(filePath: executable).deletingLastPathComponent()
    let shared = folder.deletingLastPathComponent().appending(path: "share/tomograph")
    if isFolder(shared) { return Assets(root: shared) }
    while folder.path(percentEncoded: false) != "/" {
      if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path(percentEncoded: false)) {
        return Assets(root: folder)
      }
      folder = folder.deletingLastPathComponent()
    }
    throw InputError(
      at: shared.path(percentEncoded: false), phrase("error.doesNotExistAssetsNames"))
  }

  /// `templates`, `fonts` or `examples`.
  func folder(_ name: String) throws -> URL {
    let folder = root.appending(path: name)
    guard Assets.isFolder(folder) else {
      throw InputError(at: folder.path(percentEncoded: false), phrase("error.doesNotExistAssets"))
    }
    return folder
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
